using MultiEni.Api;
using MultiEni.Api.Kubernetes;
using MultiEni.Scenarios.Staging;
using MultiEni.Simulator.Ec2;

namespace MultiEni.Scenarios.Stories;

/// <summary>
/// What EC2 has and what the specification says. Needs the simulated cluster for ready devices.
/// </summary>
public class DriftStories
{
    private static readonly StageOptions OftenSwept = new()
    {
        Nodes = 1,
        Acceleration = 30,
        Controller = settings => settings with { ReconcilePeriod = TimeSpan.FromSeconds(10) },
    };

    [Fact]
    [Trait("weakness", "W18")]
    public async Task What_somebody_changed_in_EC2_is_as_specified_again_after_a_sweep_and_nothing_is_detached()
    {
        await using var stage = await Stage.StartAsync(OftenSwept);
        await stage.ApplyAsync(
            Manifests.NodeEni("steady", "description: for packets", "sourceDestCheck: false", "secondaryPrivateIPCount: 2", "tags:", "  team: blue")
        );
        await stage.UntilReadyAsync("steady", 1);
        await stage.UntilAsync(() => AsSpecified(stage.OurEnis.Single()), "the ENI is as specified");
        var eni = stage.OurEnis.Single();

        Assert.True(
            stage.Cluster.Ec2.World.TryChange(
                eni.Id,
                row =>
                    row with
                    {
                        Description = "somebody's",
                        SourceDestCheck = true,
                        GroupIds = [stage.Cluster.Network.MultusSecurityGroup.Id],
                        PrivateIps = [row.PrivateIps[0]],
                        Tags = row.Tags.Where(tag => tag.Key is not ("team" or "node.k8s.amazonaws.com/no_manage")).ToDictionary(),
                        Attachment = row.Attachment! with { DeleteOnTermination = false },
                    }
            )
        );
        Assert.False(AsSpecified(stage.OurEnis.Single()));

        await stage.UntilAsync(() => AsSpecified(stage.OurEnis.Single()), "the ENI is as specified again");
        Assert.Equal(eni.Id, stage.OurEnis.Single().Id);
        Assert.Equal(0, stage.Calls("DetachNetworkInterface"));
    }

    [Fact]
    public async Task A_change_that_EC2_refuses_for_good_is_not_ready_with_EC2s_words_until_it_is_made()
    {
        await using var stage = await Stage.StartAsync(
            OftenSwept with
            {
                Cluster = options => options with { Ec2 = options.Ec2 with { SecurityGroupsPerInterface = 1 } },
            }
        );
        await stage.ApplyAsync(Manifests.NodeEni("guarded"));
        await stage.UntilReadyAsync("guarded", 1);
        await stage.UntilAsync(() => stage.OurEnis.Single().Attachment!.DeleteOnTermination, "the ENI is as specified");
        var other = stage.Cluster.Network.MultusSecurityGroup.Id;
        var calls = stage.Calls("ModifyNetworkInterfaceAttribute");

        await stage.ApplyAsync(Manifests.NodeEni("guarded").Replace("- sg-12345678", $"- sg-12345678\n  - {other}"));

        var message = await stage.UntilReasonAsync("guarded", ConditionTypes.Degraded, Reasons.InvalidSpec);
        Assert.Contains("SecurityGroupsPerInterfaceLimitExceeded", message);
        Assert.False((await stage.NodeEniAsync("guarded"))!.Status!.Conditions.IsTrue(ConditionTypes.Ready));
        var attachment = Assert.Single(await stage.AttachmentsAsync("guarded"));
        Assert.True(attachment.Status!.Conditions.IsTrue(ConditionTypes.Attached));
        await stage.UntilAsync(() => stage.Calls("DescribeNetworkInterfaces") > 8, "several sweeps have woken everybody");
        Assert.InRange(stage.Calls("ModifyNetworkInterfaceAttribute") - calls, 1, 3);

        await stage.ApplyAsync(Manifests.NodeEni("guarded"));
        await stage.UntilReadyAsync("guarded", 1);
    }

    [Fact]
    [Trait("weakness", "W29")]
    public async Task Addresses_and_prefixes_are_there_from_the_start_and_grow_in_place()
    {
        await using var stage = await Stage.StartAsync(OftenSwept);
        await stage.ApplyAsync(Manifests.NodeEni("many", "sourceDestCheck: false", "secondaryPrivateIPCount: 1"));
        await stage.UntilReadyAsync("many", 1);
        var eni = stage.OurEnis.Single();
        Assert.Equal((2, false), (eni.PrivateIps.Count, eni.SourceDestCheck));

        await stage.ApplyAsync(Manifests.NodeEni("many", "sourceDestCheck: false", "secondaryPrivateIPCount: 3"));
        await stage.UntilAsync(() => stage.OurEnis.Single().PrivateIps.Count == 4, "two addresses were added");
        await stage.UntilReadyAsync("many", 1);
        await stage.UntilAsync(
            async () => (await stage.AttachmentsAsync("many")).Single().Status!.Network!.PrivateIps!.Count == 4,
            "the status shows all addresses"
        );

        Assert.Equal(eni.Id, stage.OurEnis.Single().Id);
        Assert.Equal((1, 0), (stage.Calls("AssignPrivateIpAddresses"), stage.Calls("DetachNetworkInterface")));
    }

    [Fact]
    public async Task Timeouts_of_connection_tracking_are_there_from_the_start_and_again_after_somebody_changed_them()
    {
        await using var stage = await Stage.StartAsync(OftenSwept);
        await stage.ApplyAsync(Manifests.NodeEni("tracked", "connectionTracking: {tcpEstablishedTimeout: 432000}"));
        await stage.UntilReadyAsync("tracked", 1);
        var eni = stage.OurEnis.Single();
        Assert.Equal(new ConnectionTracking(432_000, null, null), eni.ConnectionTracking);
        await stage.UntilAsync(() => stage.OurEnis.Single().Attachment!.DeleteOnTermination, "the ENI is as specified");
        var calls = stage.Calls("ModifyNetworkInterfaceAttribute");

        Assert.True(stage.Cluster.Ec2.World.TryChange(eni.Id, row => row with { ConnectionTracking = new(600, 60, null) }));
        await stage.UntilAsync(() => stage.OurEnis.Single().ConnectionTracking == new ConnectionTracking(432_000, 60, null), "the timeout is back");

        await stage.ApplyAsync(Manifests.NodeEni("tracked", "connectionTracking: {tcpEstablishedTimeout: 350, udpTimeout: 60}"));
        await stage.UntilAsync(() => stage.OurEnis.Single().ConnectionTracking == new ConnectionTracking(350, 60, 60), "EC2 has the new timeouts");
        await stage.UntilReadyAsync("tracked", 1);
        Assert.Equal((eni.Id, 2), (stage.OurEnis.Single().Id, stage.Calls("ModifyNetworkInterfaceAttribute") - calls));
        Assert.Equal(0, stage.Calls("DetachNetworkInterface"));
    }

    [Theory]
    [Trait("weakness", "W10")]
    [InlineData("true", true)]
    [InlineData("false", false)]
    public async Task Whether_the_ENI_goes_with_its_instance_is_as_the_specification_says(string value, bool expected)
    {
        await using var stage = await Stage.StartAsync(OftenSwept);
        await stage.ApplyAsync(Manifests.NodeEni("mortal", $"deleteOnTermination: {value}"));
        await stage.UntilReadyAsync("mortal", 1);

        await stage.UntilAsync(() => stage.OurEnis.Single().Attachment!.DeleteOnTermination == expected, "EC2 has the wanted value");
    }

    private static bool AsSpecified(NetworkInterface row) =>
        row is { Description: "for packets", SourceDestCheck: false, PrivateIps.Count: 3, Attachment.DeleteOnTermination: true }
        && row.GroupIds is ["sg-12345678"]
        && row.Tags.GetValueOrDefault("team") == "blue"
        && row.Tags.GetValueOrDefault("node.k8s.amazonaws.com/no_manage") == "true";
}
