using System.Text.Json.Nodes;
using MultiEni.Operator;

namespace MultiEni.Cli.Tests;

public class VersionCommandTests
{
    [Fact]
    public async Task The_versions_of_program_and_cluster_are_printed()
    {
        await using var cluster = await TestCluster.StartInstalledAsync();

        var text = await cluster.RunAsync("version");
        var json = JsonNode.Parse((await cluster.RunAsync("version", "-o", "json")).Output)!;

        Assert.Equal($"kubectl-eni   {ProductVersion.Current}\ncontroller    eni-controller:1\nENI managers  eni-manager:1\n", text.Output);
        Assert.Equal("eni-manager:1", json["managers"]!.GetValue<string>());
    }

    [Fact]
    public async Task Without_a_cluster_the_own_version_is_still_told()
    {
        var run = await CommandRun.Of("version");

        Assert.Equal((0, $"kubectl-eni   {ProductVersion.Current}\n"), (run.Code, run.Output));
        Assert.StartsWith("The versions in the cluster are unknown", run.Error);
    }
}
