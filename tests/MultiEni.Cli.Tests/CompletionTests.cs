namespace MultiEni.Cli.Tests;

public class CompletionTests
{
    [Theory]
    [InlineData("sta", "status")]
    [InlineData("doctor --kube", "--kubeconfig")]
    [InlineData("--conte", "--context")]
    [InlineData("doctor -o y", "yaml")]
    [InlineData("explain SubnetFul", "SubnetFull")]
    [InlineData("completion z", "zsh")]
    [InlineData("sweep --cluster-", "--cluster-name")]
    public async Task What_may_come_next_is_offered(string line, string expected)
    {
        var run = await CommandRun.Of(["__complete", .. line.Split(' ')]);

        Assert.Equal(0, run.Code);
        Assert.Contains(expected, run.Output.Split('\n').Select(item => item.Split('\t')[0]));
        Assert.EndsWith(":4\n", run.Output);
    }

    [Fact]
    public async Task Names_come_from_the_cluster_and_a_cluster_that_is_not_there_is_no_error()
    {
        await using var cluster = await TestCluster.StartAsync();
        cluster.NodeEni("packet-processing", 0, 0, 0);

        var known = await cluster.RunAsync("__complete", "status", "pack");
        var unknown = await CommandRun.Of("__complete", "status", "pack");

        Assert.StartsWith("packet-processing\tNodeENI\n", known.Output);
        Assert.Equal((0, ":4\n", ""), (unknown.Code, unknown.Output, unknown.Error));
    }

    [Theory]
    [InlineData("bash", "complete -F _kubectl_eni kubectl-eni")]
    [InlineData("zsh", "compdef _kubectl_eni kubectl-eni")]
    [InlineData("fish", "complete -c kubectl-eni")]
    [InlineData("kubectl", "exec kubectl-eni __complete \"$@\"")]
    public async Task Every_shell_has_its_script(string shell, string line) =>
        Assert.Contains(line, (await CommandRun.Of("completion", shell)).Output);
}
