using System.Diagnostics;
using MultiEni.Api;

namespace MultiEni.Cli.Tests;

/// <summary>The program as a plugin of a real kubectl, and under the shells' completion.</summary>
[Trait("speed", "slow")]
public sealed class KubectlPluginTests : IDisposable
{
    private static readonly string Programs = Path.Combine(RepositoryFile.Root, "artifacts", "bin", "MultiEni.Cli", "debug");
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("plugin-");

    [Fact]
    public async Task Kubectl_runs_it_and_passes_exit_code_and_flags_on()
    {
        await using var cluster = await TestCluster.StartAsync();
        cluster
            .Node("n1", ("ng", "multi-eni"))
            .NodeEni("plain", 1, 1, 1, TestCluster.Ready(1, 1))
            .NodeEni("dpdk", 0, 1, 1, TestCluster.Degraded(Reasons.SubnetFull, "n1: full"))
            .Eni("plain", "n1", 1);

        var all = await KubectlAsync(cluster, "eni status");
        var one = await KubectlAsync(cluster, $"eni status plain --context simulated --kubeconfig {cluster.Kubeconfig}");

        Assert.Equal((1, 0), (all.Code, one.Code));
        Assert.Contains("✗ dpdk  0/1 ENIs ready on 1 nodes  SubnetFull", all.Output);
        Assert.StartsWith("✓ plain  1/1", one.Output);
    }

    [Fact]
    public async Task Kubectl_completes_commands_reasons_formats_and_names()
    {
        await using var cluster = await TestCluster.StartAsync();
        cluster.NodeEni("plain", 0, 0, 0);
        var plugin = Path.Combine(folder.FullName, "kubectl_complete-eni");
        await File.WriteAllTextAsync(plugin, (await CommandRun.Of("completion", "kubectl")).Output, TestContext.Current.CancellationToken);
        Assert.Equal(0, (await RunAsync("chmod", ["+x", plugin], "")).Code);

        Assert.Contains("status", (await KubectlAsync(cluster, "__complete eni st")).Output);
        Assert.Contains("SubnetFull", (await KubectlAsync(cluster, "__complete eni explain SubnetF")).Output);
        Assert.Contains("plain", (await KubectlAsync(cluster, "__complete eni status pl")).Output);
        Assert.Contains("json", (await KubectlAsync(cluster, "__complete eni status -o \"\"")).Output);
    }

    [Fact]
    public async Task Bash_completes_with_the_printed_script()
    {
        var script = Path.Combine(folder.FullName, "completion.sh");
        await File.WriteAllTextAsync(script, (await CommandRun.Of("completion", "bash")).Output, TestContext.Current.CancellationToken);
        const string Ask = "COMP_WORDS=(kubectl-eni explain SubnetF); COMP_CWORD=2; _kubectl_eni; echo \"${COMPREPLY[@]}\"";

        var run = await RunAsync("bash", ["-c", $"source {script}; {Ask}"], "");

        Assert.Equal("SubnetFull\n", run.Output);
    }

    public void Dispose() => folder.Delete(recursive: true);

    private async Task<CommandRun> KubectlAsync(TestCluster cluster, string arguments)
    {
        var kubectl = await RunAsync(Path.Combine(RepositoryFile.Root, "eng", "get-kubectl.sh"), [], "");
        return await RunAsync("bash", ["-c", $"{kubectl.Output.Trim()} {arguments}"], cluster.Kubeconfig);
    }

    private async Task<CommandRun> RunAsync(string program, IReadOnlyList<string> arguments, string kubeconfig)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PATH"] = $"{folder.FullName}:{Programs}:{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment["KUBECONFIG"] = kubeconfig;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new CommandRun(process.ExitCode, await output, await error);
    }
}
