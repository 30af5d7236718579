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

    // Writes to the simulated kernel as the real tool writes to the real one.
    private static string Writes(BindingBench bench, params (string Path, string Text)[] writes) =>
        string.Join(
            '\n',
            writes.Select(write =>
                $"exec 3<>/dev/tcp/127.0.0.1/{bench.Port}; printf 'POST /hosts/node-1/files/write?path={write.Path} HTTP/1.0\\r\\n"
                + $"Content-Length: {write.Text.Length}\\r\\n\\r\\n{write.Text}' >&3; cat <&3 >/dev/null"
            )
        );

    private static string BashScript(BindingBench bench, string body)
    {
        var path = Script(bench, "");
        File.WriteAllText(path, "#!/bin/bash\n" + body + "\n");
        return path;
    }

    [Fact]
    public async Task A_script_that_works_is_judged_by_the_driver_link_and_not_by_its_exit_code()
    {
        await using var bench = await BindingBench.StartAsync();
        var body = Writes(
            bench,
            ("/sys/bus/pci/drivers/ena/unbind", bench.Address),
            ($"/sys/bus/pci/devices/{bench.Address}/driver_override", "vfio-pci"),
            ("/sys/bus/pci/drivers/vfio-pci/bind", bench.Address)
        );
        Assert.IsType<ChangeOutcome.Done>(await BindAsync(bench, BashScript(bench, body + "\nexit 7")));
        Assert.Equal("vfio-pci", bench.Driver);
    }

    [Fact]
    public async Task A_script_that_leaves_the_device_without_a_driver_is_repaired()
    {
        await using var bench = await BindingBench.StartAsync();
        var body = Writes(
            bench,
            ("/sys/bus/pci/drivers/ena/unbind", bench.Address),
            ($"/sys/bus/pci/devices/{bench.Address}/driver_override", "vfio-pci")
        );
        var undone = Assert.IsType<ChangeOutcome.RolledBack>(
            await BindAsync(bench, BashScript(bench, body + "\necho Error: bind failed >&2\nexit 0"))
        );
        Assert.Contains("It said: Error: bind failed", undone.Why.Message, StringComparison.Ordinal);
        var device = bench.Node.Device(bench.Address)!;
        Assert.Equal(("ena", null), (device.Driver, device.DriverOverride));
        Assert.NotNull(device.InterfaceName);
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
