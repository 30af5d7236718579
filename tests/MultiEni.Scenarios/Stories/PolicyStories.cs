using MultiEni.Api;
using MultiEni.Scenarios.KubernetesApi;
using MultiEni.Scenarios.Staging;
using MultiEni.Simulator.Ec2;

namespace MultiEni.Scenarios.Stories;

/// <summary>
/// What the controller may do in EC2. All other stories run under the documented policy too, which
/// shows that it is enough.
/// </summary>
public class PolicyStories
{
    // One that our own table does not have, so that EC2 is asked for its limits.
    private static readonly InstanceType Unlisted = new("x99.large", 4, [4], 10);

    [Fact]
    [NeedsSimulatedApiServer]
    public async Task The_documented_policy_allows_nothing_that_is_not_needed()
    {
        await using var stage = await Stage.StartAsync(
            new StageOptions
            {
                Acceleration = 30,
                ApiServer = new KubernetesApiChoice.Simulator(),
                Cluster = options => options with { InstanceType = Unlisted.Name, Ec2 = options.Ec2 with { InstanceTypes = [Unlisted] } },
            }
        );
        var second = stage.Cluster.Ec2.World.AddSecurityGroup(stage.Cluster.Network.VpcId, "second").Id;
        var network = stage.Cluster.Network;
        var subnet = stage.Cluster.Ec2.World.AddSubnet(network.VpcId, network.Zones[0], "10.9.0.0/24", ipv6Cidr: "2600:1f00:0:9::/64").Id;
        string Fleet(params string[] spec) => Manifests.NodeEni("fleet", spec).Replace("subnet-12345678", subnet);
        await stage.ApplyAsync(Fleet("sourceDestCheck: false"));
        await stage.UntilReadyAsync("fleet", 2);

        string[] changed =
        [
            "description: changed",
            "tags: {team: core}",
            "securityGroupNames: [second]",
            "secondaryPrivateIPCount: 1",
            "ipv6AddressCount: 1",
        ];
        await stage.ApplyAsync(Fleet(changed));
        await stage.UntilAsync(
            () =>
                stage.OurEnis.All(row =>
                    row.Description == "changed"
                    && row.Tags.ContainsKey("team")
                    && row.GroupIds.Contains(second)
                    && row.PrivateIps.Count == 2
                    && row.Ipv6Addresses.Count == 1
                ),
            "everything is changed in place"
        );
        var elastic = new Dictionary<string, string> { ["networking.k8s.aws/cluster"] = "simulated" };
        stage.Cluster.Ec2.World.AddElasticIp(elastic);
        stage.Cluster.Ec2.World.AddElasticIp(elastic);
        int Associated() => stage.Cluster.Ec2.World.ElasticIps.Count(address => address.AssociationId is not null);
        await stage.ApplyAsync(Fleet([.. changed, "elasticIPs: {selector: {networking.k8s.aws/cluster: simulated}}"]));
        await stage.UntilAsync(() => Associated() == 2, "both ENIs have an Elastic IP");
        await stage.ApplyAsync(Fleet([.. changed, "podAddresses: {fixedCIDRs: [\"10.9.0.0/24\", \"2600:1f00:0:9::/64\"]}"]));
        await stage.UntilAsync(() => Associated() == 0, "neither ENI has an Elastic IP");
        await AddressesComeAndGoAsync(stage);
        var full = stage.Cluster.Ec2.World.AddSubnet(network.VpcId, network.Zones[0], "10.8.0.0/24").Id;
        stage.Cluster.Ec2.World.OccupyAddresses(full, int.MaxValue);
        await stage.ApplyAsync(Manifests.NodeEni("full", "ipv4PrefixCount: 1").Replace("subnet-12345678", full));
        await stage.UntilReasonAsync("full", ConditionTypes.Degraded, Reasons.SubnetFull);
        await stage.DeleteNodeEniAsync("full");
        await stage.UntilGoneAsync("full");
        await stage.TerminateNodeAsync(stage.Nodes[1]);
        await stage.UntilReadyAsync("fleet", 1);
        await stage.DeleteNodeEniAsync("fleet");
        await stage.UntilGoneAsync("fleet");

        var policy = stage.Cluster.Ec2.Policies[Stage.AccessKey];
        Assert.Equal(policy.Permissions, policy.Used);
    }

    private static async Task AddressesComeAndGoAsync(Stage stage)
    {
        string[] named = ["10.9.0.200", "2600:1f00:0:9::c8"];
        var attachment = (await stage.AttachmentsAsync("fleet"))[0];
        bool Has() => named.All(stage.OurEnis.SelectMany(row => row.PrivateIps.Concat(row.Ipv6Addresses)).Contains);

        PodAddressStories.Report(stage, attachment, PodAddressStories.Use(free: 1, requested: named));
        await stage.UntilAsync(Has, "the addresses that a pod asks for");
        PodAddressStories.Report(stage, attachment, PodAddressStories.Use(free: 2));
        await stage.UntilAsync(
            async () =>
                (await stage.AttachmentsAsync("fleet")).All(now =>
                    now.Status!.Network!.PrivateIps!.Count == 2 && now.Status.Network.Ipv6Addresses!.Count == 1
                ),
            "what nobody needs is withdrawn"
        );
        PodAddressStories.Report(stage, attachment, PodAddressStories.Use(free: 1));
        await stage.UntilAsync(
            () => !stage.OurEnis.SelectMany(row => row.PrivateIps.Concat(row.Ipv6Addresses)).Intersect(named).Any(),
            "what nobody needs is taken away"
        );
    }

    [Fact]
    public async Task It_reaches_neither_the_ENIs_of_others_nor_their_instances()
    {
        await using var stage = await Stage.StartAsync(new StageOptions { StartsPrograms = false });
        using var others = stage.NewEc2Client("AKIAOTHERS");
        using var ec2 = stage.NewEc2Client(Stage.AccessKey);
        var network = stage.Cluster.Network;
        var foreign = (await others.CreateNetworkInterfaceAsync(new() { SubnetId = network.EniSubnets[0].Id }, Stage.Stop))
            .NetworkInterface
            .NetworkInterfaceId;

        foreach (
            var attempt in (Func<Task>[])
                [
                    () => ec2.DeleteNetworkInterfaceAsync(new() { NetworkInterfaceId = foreign }, Stage.Stop),
                    () =>
                        ec2.AttachNetworkInterfaceAsync(
                            new()
                            {
                                NetworkInterfaceId = foreign,
                                InstanceId = stage.Cluster.Nodes[0].InstanceId,
                                DeviceIndex = 3,
                            },
                            Stage.Stop
                        ),
                    () => ec2.ModifyNetworkInterfaceAttributeAsync(new() { NetworkInterfaceId = foreign, Description = "mine" }, Stage.Stop),
                    () => ec2.CreateTagsAsync(new() { Resources = [foreign], Tags = [new("networking.k8s.aws/cluster", "simulated")] }, Stage.Stop),
                    () => ec2.CreateNetworkInterfaceAsync(new() { SubnetId = network.EniSubnets[0].Id }, Stage.Stop),
                ]
        )
        {
            var refused = await Assert.ThrowsAsync<Amazon.EC2.AmazonEC2Exception>(attempt);
            Assert.Equal("UnauthorizedOperation", refused.ErrorCode);
        }
    }
}
