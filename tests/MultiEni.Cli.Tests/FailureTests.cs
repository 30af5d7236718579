using MultiEni.Simulator.Kubernetes;

namespace MultiEni.Cli.Tests;

/// <summary>What a user reads when the cluster does not play along.</summary>
public class FailureTests
{
    [Fact]
    public async Task Without_a_cluster_the_demo_is_pointed_to()
    {
        var run = await CommandRun.With(new CommandRunOptions { Environment = new() { ["HOME"] = "/nonexistent" } }, "status");

        Assert.Equal(3, run.Code);
        Assert.StartsWith("error: There is no way to an API server: no --kubeconfig, no KUBECONFIG", run.Error);
        Assert.Contains("run ./demo in a checkout of the repository", run.Error);
    }

    [Fact]
    public async Task A_cluster_without_the_resources_is_told_to_install_them()
    {
        await using var cluster = await TestCluster.StartAsync(new KubernetesSimulatorOptions { InstallsProductResources = false });

        var run = await cluster.RunAsync("status");

        Assert.Equal(3, run.Code);
        Assert.StartsWith("error: The cluster does not know the resource nodeenis.networking.k8s.aws", run.Error);
        Assert.Contains("install or upgrade the chart", run.Error);
    }

    [Fact]
    public async Task A_missing_permission_is_named_with_what_is_needed()
    {
        await using var cluster = await TestCluster.StartAsync(
            new KubernetesSimulatorOptions { Authorizer = request => request.Resource == "nodeenis" ? "no RBAC policy matched" : null }
        );

        var run = await cluster.RunAsync("status");

        Assert.Equal(3, run.Code);
        Assert.Contains("list nodeenis", run.Error);
        Assert.Contains("remedy: You lack a permission.", run.Error);
    }

    [Fact]
    public async Task A_server_that_does_not_answer_is_told_from_one_that_refuses()
    {
        await using var cluster = await TestCluster.StartAsync();
        var nobody = Path.Combine(Path.GetDirectoryName(cluster.Kubeconfig)!, "nobody");
        await File.WriteAllTextAsync(
            nobody,
            (await File.ReadAllTextAsync(cluster.Kubeconfig, TestContext.Current.CancellationToken)).Replace(
                $":{cluster.Server.BaseAddress.Port}",
                ":1",
                StringComparison.Ordinal
            ),
            TestContext.Current.CancellationToken
        );

        var run = await cluster.RunAsync("status", "--kubeconfig", nobody);

        Assert.Equal(3, run.Code);
        Assert.StartsWith("error: The API server does not answer: ", run.Error);
    }

    [Fact]
    public async Task Another_context_of_the_file_is_used_when_asked_for()
    {
        await using var cluster = await TestCluster.StartAsync();

        var run = await cluster.RunAsync("status", "--context", "elsewhere");

        Assert.Equal(3, run.Code);
        Assert.Contains("there is no context named 'elsewhere'", run.Error);
        Assert.Equal(0, (await cluster.RunAsync("status", "--context", "simulated")).Code);
    }

    [Theory]
    [InlineData("--kubeconfig FILE status")]
    [InlineData("--kubeconfig FILE --context simulated status")]
    [InlineData("--kubeconfig=FILE status --context=simulated -n other")]
    [InlineData("-n other status --kubeconfig FILE")]
    [InlineData("--kubeconfig FILE --namespace other version")]
    public async Task The_cluster_may_be_named_before_the_command_and_after_it(string line)
    {
        await using var cluster = await TestCluster.StartAsync();

        var run = await CommandRun.Of(line.Replace("FILE", cluster.Kubeconfig, StringComparison.Ordinal).Split(' '));

        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.NotEqual(0, cluster.Server.Faults.Count().Total);
        Assert.All(cluster.Server.Faults.Count().Counts.Keys, request => Assert.Equal("kubectl-eni", request.UserAgent));
    }

    [Theory]
    [InlineData("status", "--nonsense")]
    [InlineData("stauts")]
    public async Task A_wrong_command_line_says_what_is_wrong_and_where_help_is(params string[] arguments)
    {
        var run = await CommandRun.Of(arguments);

        Assert.Equal(2, run.Code);
        Assert.Contains(arguments[^1], run.Error);
        Assert.Contains("--help", run.Error);
    }

    [Fact]
    public async Task The_name_alone_shows_help()
    {
        var run = await CommandRun.Of();

        Assert.Equal(0, run.Code);
        Assert.Contains("Commands:", run.Output);
    }
}
