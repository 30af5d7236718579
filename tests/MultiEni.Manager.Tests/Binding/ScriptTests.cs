using System.Runtime.Versioning;
using MultiEni.Api;
using MultiEni.Manager.Binding;

namespace MultiEni.Manager.Tests.Binding;

[SupportedOSPlatform("linux")]
public sealed class ScriptTests
{
    private const UnixFileMode Executable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static string Script(BindingBench bench, string body)
    {
        var path = bench.Folder.File("devbind");
        File.WriteAllText(path, "#!/bin/sh\n" + body + "\n");
        File.SetUnixFileMode(path, Executable);
        return path;
    }

    private static async Task<ChangeOutcome> BindAsync(BindingBench bench, string script, TimeSpan? limit = null) =>
        await bench.Agent(script: script, limit: limit).Bind.BindAsync(await bench.RequestAsync(), Stop);

    [Fact]
    public async Task A_script_that_does_not_exist_is_named_and_nothing_is_changed()
    {
        await using var bench = await BindingBench.StartAsync();
        var refused = Assert.IsType<ChangeOutcome.Refused>(await BindAsync(bench, "/nowhere/dpdk-devbind.py"));
        Assert.Equal(Reasons.BindingScriptNotFound, refused.Why.Reason);
        Assert.Contains("/nowhere/dpdk-devbind.py", refused.Why.Message, StringComparison.Ordinal);
        Assert.Equal("ena", bench.Driver);
    }

    [Fact]
    public async Task A_script_without_execute_permission_is_named_with_the_remedy()
    {
        await using var bench = await BindingBench.StartAsync();
        var path = Script(bench, "exit 0");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var refused = Assert.IsType<ChangeOutcome.Refused>(await BindAsync(bench, path));
        Assert.Equal(Reasons.BindingScriptNotExecutable, refused.Why.Reason);
        Assert.Contains("chmod +x", refused.Why.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_script_whose_interpreter_is_missing_cannot_be_executed()
    {
        await using var bench = await BindingBench.StartAsync();
        var path = Script(bench, "");
        await File.WriteAllTextAsync(path, "#!/nowhere/python\n", Stop);
        var undone = Assert.IsType<ChangeOutcome.RolledBack>(await BindAsync(bench, path));
        Assert.Equal(Reasons.BindingScriptNotExecutable, undone.Why.Reason);
        Assert.Equal("ena", bench.Driver);
    }

    [Fact]
    public async Task A_script_that_says_0_and_does_nothing_is_not_believed_and_its_words_are_kept()
    {
        await using var bench = await BindingBench.StartAsync();
        var undone = Assert.IsType<ChangeOutcome.RolledBack>(await BindAsync(bench, Script(bench, "echo Skipping unbind; exit 0")));
        Assert.Equal(Reasons.BindingScriptFailed, undone.Why.Reason);
        Assert.Contains("had no effect. It said: Skipping unbind", undone.Why.Message, StringComparison.Ordinal);
        Assert.Equal("ena", bench.Driver);
    }

    [Fact]
    public async Task A_script_that_fails_is_quoted()
    {
        await using var bench = await BindingBench.StartAsync();
        var undone = Assert.IsType<ChangeOutcome.RolledBack>(await BindAsync(bench, Script(bench, "echo Unknown device >&2; exit 3")));
        Assert.Equal(Reasons.BindingScriptFailed, undone.Why.Reason);
        Assert.Contains("exit code 3", undone.Why.Message, StringComparison.Ordinal);
        Assert.Contains("Unknown device", undone.Why.Message, StringComparison.Ordinal);
        Assert.Contains("-b vfio-pci 0000:00:06.0", undone.Why.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_script_that_does_not_end_is_stopped()
    {
        await using var bench = await BindingBench.StartAsync();
        var undone = Assert.IsType<ChangeOutcome.RolledBack>(await BindAsync(bench, Script(bench, "sleep 600"), TimeSpan.FromSeconds(1)));
        Assert.Equal(Reasons.BindingScriptTimeout, undone.Why.Reason);
        Assert.Equal("ena", bench.Driver);
    }
}
