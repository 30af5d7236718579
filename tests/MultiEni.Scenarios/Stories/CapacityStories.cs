using MultiEni.Api;
using MultiEni.Api.Kubernetes;
using MultiEni.Scenarios.Staging;
using MultiEni.Simulator.Ec2;

namespace MultiEni.Scenarios.Stories;

/// <summary>
/// What an instance or a subnet cannot take costs no call that changes anything. Needs the
/// simulated cluster for ready devices.
/// </summary>
public class CapacityStories
{
    [Fact]
    public async Task A_type_that_the_table_does_not_know_is_asked_once_and_its_limit_holds_before_anything_is_created()
    {
        await using var stage = await Stage.StartAsync(OfType("x9.large", interfaces: 2));
        await stage.ApplyAsync(TwoSubnets(stage, "wide"));

        var message = await stage.UntilReasonAsync("wide", ConditionTypes.Degraded, Reasons.InstanceLimit);
        await stage.UntilAsync(async () => (await stage.NodeEniAsync("wide"))!.Status!.ReadyEnis == 1, "the ENI that fits is ready");

        Assert.Contains(stage.Nodes[0], message);
        Assert.Contains("x9.large takes 2 ENIs on network card 0", message);
        Assert.Contains("1 of 2 do not fit", message);
        Assert.Equal((1, 1), (stage.Calls("CreateNetworkInterface"), stage.Calls("AttachNetworkInterface")));
        Assert.Equal(1, stage.Calls("DescribeInstanceTypes"));
        await stage.UntilAsync(
            async () => (await stage.Api.EventReasonsAsync("wide", Stage.Stop)).Contains(Reasons.InstanceLimit),
            "an event tells of it"
        );
        await stage.DeleteNodeEniAsync("wide");
        await stage.AssertNothingLeftAsync();
    }

    [Fact]
    [Trait("weakness", "W12")]
    public async Task An_ENI_of_the_VPC_CNI_keeps_its_index_and_counts_against_the_limit()
    {
        await using var stage = await Stage.StartAsync(OfType("t3.medium", interfaces: 3));
        await stage.AttachForeignEniAsync(stage.Nodes[0], deviceIndex: 1);
        var (creates, attaches) = (stage.Calls("CreateNetworkInterface"), stage.Calls("AttachNetworkInterface"));
        await stage.ApplyAsync(TwoSubnets(stage, "guest"));

        var message = await stage.UntilReasonAsync("guest", ConditionTypes.Degraded, Reasons.InstanceLimit);
        await stage.UntilAsync(async () => (await stage.NodeEniAsync("guest"))!.Status!.ReadyEnis == 1, "the ENI that fits is ready");

        Assert.Contains("3 of 3 ENIs", message);
        Assert.Contains("VPC CNI", message);
        Assert.Equal(2, Assert.Single(stage.OurEnis).Attachment!.DeviceIndex);
        Assert.Equal((1, 1), (stage.Calls("CreateNetworkInterface") - creates, stage.Calls("AttachNetworkInterface") - attaches));
        await stage.DeleteNodeEniAsync("guest");
        await stage.UntilGoneAsync("guest");
    }

    [Fact]
    public async Task A_subnet_without_addresses_is_told_before_anything_is_created()
    {
        await using var stage = await Stage.StartAsync(new StageOptions { Nodes = 2 });
        var world = stage.Cluster.Ec2.World;
        world.OccupyAddresses("subnet-12345678", int.MaxValue);
        await stage.ApplyAsync(Manifests.NodeEni("crowded"));

        await stage.UntilReasonAsync("crowded", ConditionTypes.Degraded, Reasons.SubnetFull);

        Assert.Equal(0, stage.Calls("CreateNetworkInterface"));
        Assert.Empty(await stage.AttachmentsAsync("crowded"));
        Assert.False((await stage.NodeEniAsync("crowded"))!.Status!.Conditions.IsTrue(ConditionTypes.Ready));
    }

    [Fact]
    public async Task Several_ENIs_whose_prefixes_a_subnet_keeps_are_not_refused_because_its_free_addresses_are_enough_for_one()
    {
        await using var stage = await Stage.StartAsync(new StageOptions { Nodes = 2, Zones = 1 });
        var world = stage.Cluster.Ec2.World;
        var subnet = world.AddSubnet(stage.Cluster.Network.VpcId, stage.Cluster.Network.Zones[0], "10.9.0.0/24").Id;
        world.Reserve(subnet, new("10.9.0.128/25", IsForPrefixes: true));
        world.OccupyAddresses(subnet, 100);

        await stage.ApplyAsync(Manifests.NodeEni("prefixes", "ipv4PrefixCount: 1").Replace("subnet-12345678", subnet));

        await stage.UntilReadyAsync("prefixes", 2);
        Assert.Equal((2, 1), (stage.Calls("CreateNetworkInterface"), stage.Calls("GetSubnetCidrReservations")));
    }

    [Fact]
    public async Task A_fragmented_subnet_is_left_for_its_sibling_and_the_message_says_what_is_missing()
    {
        await using var stage = await Stage.StartAsync(new StageOptions { Nodes = 2, Acceleration = 30 });
        var sibling = stage.Cluster.Network.MultusSubnets[0].Id;
        stage.Cluster.Ec2.World.Fragment("subnet-12345678");
        stage.Cluster.Ec2.World.Fragment(sibling);
        await stage.ApplyAsync(Manifests.NodeEni("stuck", "ipv4PrefixCount: 1"));
        var message = await stage.UntilReasonAsync("stuck", ConditionTypes.Degraded, Reasons.SubnetFull);
        Assert.Contains("has no free block for a prefix", message);
        await stage.DeleteNodeEniAsync("stuck");
        await stage.UntilGoneAsync("stuck");
        await stage.ApplyAsync(Manifests.NodeEni("plain", "deviceIndex: 2"));
        await stage.UntilReadyAsync("plain", 2);

        // The sibling tells fewer free addresses, and has blocks.
        var open = stage.Cluster.Ec2.World.AddSubnet(stage.Cluster.Network.VpcId, stage.Cluster.Network.Zones[0], "10.9.0.0/24").Id;
        await stage.ApplyAsync(Manifests.NodeEni("mobile", $"subnetIDs: [{open}]", "subnetPolicy: MostFree", "ipv4PrefixCount: 1"));

        await stage.UntilReadyAsync("mobile", 2);
        var attachments = await stage.AttachmentsAsync("mobile");
        Assert.All(attachments, attachment => Assert.Equal(open, stage.Eni(attachment).SubnetId));
        await stage.DeleteNodeEniAsync("mobile");
        await stage.DeleteNodeEniAsync("plain");
        await stage.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task A_range_that_a_subnet_keeps_for_prefixes_is_used_although_no_block_is_free()
    {
        await using var stage = await Stage.StartAsync(new StageOptions { Nodes = 2 });
        var world = stage.Cluster.Ec2.World;
        var subnet = world.AddSubnet(stage.Cluster.Network.VpcId, stage.Cluster.Network.Zones[0], "10.9.0.0/24").Id;
        world.Reserve(subnet, new("10.9.0.128/25", IsForPrefixes: true));
        world.OccupyAddresses(subnet, 256 - 128 - 5 - 4);

        await stage.ApplyAsync(Manifests.NodeEni("kept", "ipv4PrefixCount: 1").Replace("subnet-12345678", subnet));

        await stage.UntilReadyAsync("kept", 2);
        Assert.All(
            await stage.AttachmentsAsync("kept"),
            attachment => Assert.Matches(@"^10\.9\.0\.(128|144)/28$", Assert.Single(attachment.Status!.Network!.Prefixes!))
        );
        await stage.DeleteNodeEniAsync("kept");
        await stage.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task A_subnet_with_IPv6_only_is_used_and_its_ENI_has_an_IPv6_address()
    {
        await using var stage = await Stage.StartAsync(new StageOptions { Nodes = 1 });
        var network = stage.Cluster.Network;
        var native = stage.Cluster.Ec2.World.AddSubnet(network.VpcId, network.Zones[0], "", ipv6Cidr: "2001:db8::/64").Id;
        await stage.ApplyAsync(Manifests.NodeEni("six").Replace("subnet-12345678", native));

        await stage.UntilReadyAsync("six", 1);

        var attachment = Assert.Single(await stage.AttachmentsAsync("six"));
        Assert.Null(attachment.Status!.Network!.PrivateIps);
        Assert.Null(attachment.Status.Network.SubnetCidr);
        Assert.Single(attachment.Status.Network.Ipv6Addresses!);
        await stage.DeleteNodeEniAsync("six");
        await stage.AssertNothingLeftAsync();
    }

    private static StageOptions OfType(string type, int interfaces) =>
        new()
        {
            Nodes = 1,
            Cluster = options =>
                options with
                {
                    InstanceType = type,
                    Ec2 = options.Ec2 with
                    {
                        InstanceTypes =
                        [
                            .. InstanceTypes.Known.Where(known => known.Name != type),
                            new InstanceType(type, interfaces, [interfaces], 10),
                        ],
                    },
                },
        };

    private static string TwoSubnets(Stage stage, string name) =>
        Manifests.NodeEni(name, $"subnetIDs: [{stage.Cluster.Network.MultusSubnets[0].Id}]");
}
