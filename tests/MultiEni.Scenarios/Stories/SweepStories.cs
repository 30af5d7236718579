using System.Text.Json.Nodes;
using MultiEni.Cli;
using MultiEni.Cli.Invocation;
using MultiEni.Cli.Tests;
using MultiEni.Scenarios.Staging;
using MultiEni.Simulator.Ec2;

namespace MultiEni.Scenarios.Stories;

/// <summary>
/// ENIs that nobody wants, found and deleted by hand with <c>kubectl eni sweep</c>. Needs the
/// simulated cluster.
/// </summary>
public class SweepStories
{
    [Fact]
    public async Task What_is_leaked_is_listed_and_deleted_on_demand_and_nothing_else_is_touched()
    {
        await using var stage = await Stage.StartAsync(new StageOptions { Nodes = 1, ClusterName = null });
        await stage.ApplyAsync(Manifests.NodeEni("wanted"));
        await stage.UntilReadyAsync("wanted", 1);
        await stage.StopControllerAsync();
        var leaked = await LeakAsync(stage);
        var foreign = await stage.CreateEniAsync(
            new Dictionary<string, string>(await OursAsync(stage)) { ["networking.k8s.aws/cluster"] = "another" }
        );

        var listed = await SweepAsync(stage);
        Assert.Equal(1, listed.Code);
        Assert.Contains($"leaked    {leaked}  subnet-12345678  created for NodeENI gone on n1", listed.Output);
        Assert.Contains("1 leaked ENIs of cluster", listed.Output);
        Assert.Equal("Nothing was deleted. To delete them, pass --yes.\n", listed.Error);
        Assert.NotNull(stage.Cluster.Ec2.World.FindNetworkInterface(leaked));

        var refused = await SweepAsync(stage, "n\n");
        Assert.Contains("Delete these 1 ENIs? [y/N]", refused.Error);
        Assert.NotNull(stage.Cluster.Ec2.World.FindNetworkInterface(leaked));

        var swept = await SweepAsync(stage, "", "--yes", "-o", "json");
        Assert.Equal(0, swept.Code);
        Assert.Equal([leaked], JsonNode.Parse(swept.Output)!["deleted"]!.AsArray().Select(id => id!.GetValue<string>()));
        Assert.Null(stage.Cluster.Ec2.World.FindNetworkInterface(leaked));
        Assert.NotNull(stage.Cluster.Ec2.World.FindNetworkInterface(foreign));
        Assert.Single(stage.OurEnis, row => row.Attachment is not null);
    }

    [Fact]
    public async Task While_a_controller_leads_it_is_left_to_it()
    {
        await using var stage = await Stage.StartAsync(
            new StageOptions
            {
                Nodes = 1,
                ClusterName = null,
                Acceleration = 1,
                Controller = settings => settings with { LeaderElection = true },
            }
        );
        var leaked = await LeakAsync(stage);
        await stage.UntilAsync(
            async () => (await stage.Api.ListAsync($"/apis/coordination.k8s.io/v1/namespaces/{Api.Names.Namespace}/leases", Stage.Stop)).Count > 0,
            "a controller leads"
        );

        var refused = await SweepAsync(stage, "", "--yes");

        Assert.Equal(1, refused.Code);
        Assert.StartsWith("error: A controller is running", refused.Error);
        Assert.NotNull(stage.Cluster.Ec2.World.FindNetworkInterface(leaked));
        Assert.Equal(0, (await SweepAsync(stage, "", "--yes", "--while-controller-runs", "--grace-period", "0")).Code);
    }

    [Fact]
    public async Task After_uninstall_and_after_the_end_of_the_cluster_it_works_still()
    {
        await using var stage = await Stage.StartAsync(
            new StageOptions
            {
                Nodes = 1,
                ClusterName = null,
                StartsPrograms = false,
            }
        );
        var first = await LeakAsync(stage);
        foreach (var plural in new[] { "nodeenis", "eniattachments" })
        {
            await stage.Api.DeleteAsync(ApiPaths.Of("CustomResourceDefinition", $"{plural}.networking.k8s.aws"), Stage.Stop);
        }

        await stage.UntilAsync(
            async () => !await stage.Api.AnswersAsync($"/apis/{Api.Names.ApiVersion}/eniattachments", Stage.Stop),
            "the API does not serve it any more"
        );

        // Without the resource nobody can say what is wanted; that the product is gone must be said
        // by somebody who knows.
        var unknown = await SweepAsync(stage, "y\n");
        Assert.Equal(3, unknown.Code);
        Assert.StartsWith("error: This cluster has no resource eniattachments.networking.k8s.aws", unknown.Error);
        Assert.NotNull(stage.Cluster.Ec2.World.FindNetworkInterface(first));

        var gone = await CommandRun.With(
            new CommandRunOptions { Environment = Environment(stage), Time = stage.Time },
            "sweep",
            "--cluster-gone",
            "--cluster-name",
            await ClusterNameAsync(stage),
            "--region",
            "us-east-1",
            "--yes"
        );
        Assert.True(gone.Code == 0, gone.Error);
        Assert.Null(stage.Cluster.Ec2.World.FindNetworkInterface(first));
    }

    [Fact]
    public async Task The_name_of_another_cluster_is_refused()
    {
        await using var stage = await Stage.StartAsync(
            new StageOptions
            {
                Nodes = 1,
                ClusterName = null,
                StartsPrograms = false,
            }
        );
        var theirs = await stage.CreateEniAsync(
            new Dictionary<string, string>(await OursAsync(stage)) { ["networking.k8s.aws/cluster"] = "another" }
        );
        await stage.UntilAsync(
            () => stage.Cluster.Ec2.World.FindNetworkInterface(theirs)!.Status == NetworkInterfaceStatus.Available,
            "it is available"
        );

        var refused = await SweepAsync(stage, "", "--yes", "--cluster-name", "another");

        Assert.Equal(2, refused.Code);
        Assert.StartsWith($"error: The name of this cluster is {await ClusterNameAsync(stage)} and not another", refused.Error);
        Assert.Contains("--cluster-gone --cluster-name another", refused.Error);
        Assert.NotNull(stage.Cluster.Ec2.World.FindNetworkInterface(theirs));
        Assert.Equal(0, (await SweepAsync(stage, "", "--cluster-name", await ClusterNameAsync(stage))).Code);
    }

    [Fact]
    public async Task One_that_is_attached_before_the_second_look_is_spared()
    {
        await using var stage = await Stage.StartAsync(
            new StageOptions
            {
                Nodes = 1,
                ClusterName = null,
                StartsPrograms = false,
            }
        );
        var young = await LeakAsync(stage);
        await using var output = new StringWriter();
        await using var error = new StringWriter();
        var context = new CliContext
        {
            Output = output,
            Error = error,
            Input = TextReader.Null,
            Environment = name => Environment(stage).GetValueOrDefault(name),
            Time = stage.Time,
        };
        var sweeping = EniProgram.RunAsync(
            ["sweep", "--kubeconfig", stage.Cluster.KubeconfigPath, "--yes", "--grace-period", $"{60 * stage.Acceleration}"],
            context,
            TestContext.Current.CancellationToken
        );
        await stage.UntilAsync(() => error.ToString().Contains("Checking again in", StringComparison.Ordinal), "the first look");
        await stage.AttachEniAsync(young, stage.Nodes[0], 5);

        var code = await sweeping;

        Assert.Equal(1, code);
        Assert.Contains("0 of 1 ENIs deleted.", output.ToString());
        Assert.NotNull(stage.Cluster.Ec2.World.FindNetworkInterface(young));
    }

    // One that is still being made is not looked at yet.
    private static async Task<string> LeakAsync(Stage stage)
    {
        var id = await stage.CreateEniAsync(await OursAsync(stage));
        await stage.UntilAsync(
            () => stage.Cluster.Ec2.World.FindNetworkInterface(id)!.Status == NetworkInterfaceStatus.Available,
            $"{id} is available"
        );
        return id;
    }

    private static async Task<string> ClusterNameAsync(Stage stage) =>
        (await stage.Api.FindAsync(ApiPaths.Of("Namespace", "kube-system"), Stage.Stop))!["metadata"]!["uid"]!.GetValue<string>();

    private static async Task<Dictionary<string, string>> OursAsync(Stage stage) =>
        new()
        {
            ["networking.k8s.aws/cluster"] = await ClusterNameAsync(stage),
            ["networking.k8s.aws/slot"] = "gone-i-0-0",
            ["kubernetes.io/cluster/managed-by"] = "nodeeni-controller",
            ["NodeENI"] = "gone",
            ["Node"] = "n1",
        };

    private static Dictionary<string, string> Environment(Stage stage)
    {
        // The SDK's chain reads the process's own environment.
        System.Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", "AKIASIMULATED");
        System.Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", "simulated");
        return new() { ["AWS_REGION"] = "us-east-1", ["AWS_ENDPOINT_URL_EC2"] = stage.Cluster.Ec2.BaseAddress.ToString() };
    }

    private static Task<CommandRun> SweepAsync(Stage stage, string input = "", params string[] arguments) =>
        CommandRun.With(
            new CommandRunOptions
            {
                Time = stage.Time,
                Input = input,
                Environment = Environment(stage),
            },
            ["sweep", "--kubeconfig", stage.Cluster.KubeconfigPath, .. arguments]
        );
}
