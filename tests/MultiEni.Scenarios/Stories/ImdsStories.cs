using MultiEni.Controller.Imds;
using MultiEni.Scenarios.Staging;

namespace MultiEni.Scenarios.Stories;

/// <summary>
/// The hop limit of instance metadata. Needs the simulated cluster for nodes that are instances.
/// </summary>
public class ImdsStories
{
    [Fact]
    [Trait("weakness", "W6")]
    public async Task Only_the_hop_limit_of_the_controllers_own_instance_is_raised_and_once()
    {
        await using var stage = await Stage.StartAsync(new StageOptions { StartsPrograms = false });
        stage.Cluster.Ec2.Policies[Stage.AccessKey] = DocumentedPolicy.For(stage.Cluster, "simulated", "imds-policy.json");
        var own = new ImdsSettings { AutoConfigure = true, NodeName = stage.Nodes[0] };
        stage.StartController(change: settings => settings with { Imds = own, ReconcilePeriod = TimeSpan.FromSeconds(5) });
        await stage.UntilAsync(() => Hops(stage, stage.Nodes[0]) == 2, "the hop limit is raised");
        var metadata = stage.Cluster.Ec2.World.FindInstance(stage.Cluster.Node(stage.Nodes[0]).InstanceId)!.Metadata;
        Assert.Equal(("required", "enabled"), (metadata.HttpTokens, metadata.HttpEndpoint));

        await stage.StopControllerAsync();
        stage.StartController(change: settings => settings with { Imds = own with { HopLimit = 1 }, ReconcilePeriod = TimeSpan.FromSeconds(5) });
        await stage.UntilAsync(() => stage.Calls("DescribeNetworkInterfaces") >= 4, "the second controller has swept a few times");

        Assert.Equal((2, 1), (Hops(stage, stage.Nodes[0]), Hops(stage, stage.Nodes[1])));
        Assert.Equal((1, 2), (stage.Calls("ModifyInstanceMetadataOptions"), stage.Calls("DescribeInstances")));
    }

    [Fact]
    [Trait("weakness", "W6")]
    public async Task The_wider_setting_takes_the_nodes_of_NodeENIs_too_and_no_other_instance_of_the_Region()
    {
        await using var stage = await Stage.StartAsync(new StageOptions { Nodes = 3, StartsPrograms = false });
        stage.Cluster.Ec2.Policies[Stage.AccessKey] = DocumentedPolicy.For(stage.Cluster, "simulated", "imds-policy.json");
        var stranger = stage.Cluster.Ec2.World.RunInstance("m5.large", stage.Cluster.Network.NodeSubnets[0].Id);
        await stage.ApplyAsync(Manifests.Selecting("some", $"kubernetes.io/hostname: {stage.Nodes[1]}"));
        var wide = new ImdsSettings
        {
            AutoConfigure = true,
            OnSelectedNodes = true,
            HopLimit = 3,
            NodeName = stage.Nodes[0],
        };
        stage.StartController(change: settings => settings with { Imds = wide });

        await stage.UntilAsync(() => Hops(stage, stage.Nodes[0]) == 3 && Hops(stage, stage.Nodes[1]) == 3, "both hop limits are raised");

        Assert.Equal(1, Hops(stage, stage.Nodes[2]));
        Assert.Equal(1, stage.Cluster.Ec2.World.FindInstance(stranger)!.Metadata.HopLimit);
        Assert.Equal(2, stage.Calls("ModifyInstanceMetadataOptions"));
    }

    [Fact]
    [Trait("weakness", "W6")]
    public async Task Without_the_setting_no_instance_is_asked_about()
    {
        await using var stage = await Stage.StartAsync(new StageOptions { Nodes = 1 });
        await stage.ApplyAsync(Manifests.NodeEni("plain"));
        await stage.UntilReadyAsync("plain", 1);

        Assert.Equal((0, 0), (stage.Calls("ModifyInstanceMetadataOptions"), stage.Calls("DescribeInstances")));
    }

    private static int Hops(Stage stage, string node) => stage.Cluster.Ec2.World.FindInstance(stage.Cluster.Node(node).InstanceId)!.Metadata.HopLimit;
}
