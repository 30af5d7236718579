using MultiEni.Api;
using MultiEni.Scenarios.Staging;

namespace MultiEni.Scenarios.Stories;

/// <summary>
/// Elastic IPs on ENIs, read back from EC2. Needs the simulated cluster for ready devices.
/// </summary>
public class ElasticIpStories
{
    private static readonly Dictionary<string, string> OfTheCluster = new() { ["networking.k8s.aws/cluster"] = "simulated" };

    private static readonly StageOptions OftenSwept = new()
    {
        Nodes = 2,
        Zones = 1,
        Acceleration = 30,
        Controller = settings => settings with { ReconcilePeriod = TimeSpan.FromSeconds(10) },
    };

    [Fact]
    public async Task Each_ENI_has_one_of_the_list_and_somebody_who_takes_it_away_gets_it_back()
    {
        await using var stage = await Stage.StartAsync(OftenSwept);
        var world = stage.Cluster.Ec2.World;
        var ids = Enumerable.Range(0, 3).Select(_ => world.AddElasticIp(OfTheCluster).AllocationId).ToList();
        await stage.ApplyAsync(Manifests.NodeEni("public", $"elasticIPs: {{allocationIDs: [{ids[0]}, {ids[1]}]}}"));
        await stage.UntilReadyAsync("public", 2);
        await stage.UntilAsync(() => stage.OurEnis.All(eni => eni.Attachment!.DeleteOnTermination), "the ENIs are as specified");
        Assert.Equal(ids.Take(2).Order(), stage.OurEnis.Select(eni => Of(stage, eni.Id)!).Order());
        Assert.Equal((2, 0, 0), (stage.Calls("AssociateAddress"), stage.Calls("DescribeAddresses"), stage.Calls("DisassociateAddress")));
        await stage.UntilAsync(
            async () =>
                (await stage.AttachmentsAsync("public"))
                    .Select(attachment => attachment.Status!.Network!.PublicIp)
                    .Order()
                    .SequenceEqual(world.ElasticIps.Take(2).Select(address => address.PublicIp).Order()),
            "the status shows the addresses"
        );

        world.MoveElasticIp(ids[0], null);
        await stage.UntilAsync(() => world.ElasticIps.Count(address => address.NetworkInterfaceId is not null) == 2, "both have one again");

        var kept = stage.OurEnis.Single(eni => Of(stage, eni.Id) == ids[1]).Id;
        await stage.ApplyAsync(Manifests.NodeEni("public", $"elasticIPs: {{allocationIDs: [{ids[1]}, {ids[2]}]}}"));
        await stage.UntilAsync(
            () => world.ElasticIps[0].NetworkInterfaceId is null && world.ElasticIps[2].NetworkInterfaceId is not null,
            "one was changed"
        );
        await stage.UntilReadyAsync("public", 2);
        Assert.Equal((ids[1], 1, 0), (Of(stage, kept), stage.Calls("DisassociateAddress"), stage.Calls("DetachNetworkInterface")));

        await stage.ApplyAsync(Manifests.NodeEni("public"));
        await stage.UntilAsync(() => world.ElasticIps.All(address => address.NetworkInterfaceId is null), "nobody has one any more");
        await stage.UntilAsync(
            async () => (await stage.AttachmentsAsync("public")).All(attachment => attachment.Spec!.ElasticIp is null),
            "what they had is forgotten"
        );
        await stage.UntilReadyAsync("public", 2);

        // By hand: it was theirs, and is the administrator's now.
        world.MoveElasticIp(ids[1], kept);
        await stage.UntilAsync(
            async () => (await stage.AttachmentsAsync("public")).Any(attachment => attachment.Status!.Network!.PublicIp is { Length: > 0 }),
            "the status shows it"
        );
        var sweeps = stage.Calls("DescribeNetworkInterfaces");
        await stage.UntilAsync(() => stage.Calls("DescribeNetworkInterfaces") > sweeps + 3, "several sweeps have passed");
        Assert.Equal(ids[1], Of(stage, kept));

        await stage.DeleteNodeEniAsync("public");
        await stage.AssertNothingLeftAsync();
        Assert.Equal(3, world.ElasticIps.Count);
    }

    [Fact]
    public async Task A_selector_takes_what_is_free_and_leaves_what_others_have_and_an_ENI_without_one_is_told()
    {
        await using var stage = await Stage.StartAsync(OftenSwept);
        var world = stage.Cluster.Ec2.World;
        var tags = new Dictionary<string, string>(OfTheCluster) { ["role"] = "data" };
        var foreign = world.AddElasticIp(tags).AllocationId;
        var free = world.AddElasticIp(tags).AllocationId;
        world.AddElasticIp(OfTheCluster);
        await stage.AttachForeignEniAsync(stage.Nodes[0], deviceIndex: 5);
        var holder = world.NetworkInterfaces.Single(eni => eni.Attachment?.DeviceIndex == 5).Id;
        world.MoveElasticIp(foreign, holder);

        await stage.ApplyAsync(Manifests.NodeEni("public", "elasticIPs: {selector: {role: data}}"));
        var message = await stage.UntilReasonAsync("public", ConditionTypes.Degraded, Reasons.NoElasticIpLeft);
        await stage.UntilAsync(async () => (await stage.NodeEniAsync("public"))!.Status!.ReadyEnis == 2, "both ENIs are ready");
        Assert.Contains("all 1 are in use", message);
        Assert.Equal(holder, world.ElasticIps.Single(address => address.AllocationId == foreign).NetworkInterfaceId);
        await stage.UntilAsync(() => stage.OurEnis.Any(eni => Of(stage, eni.Id) == free), "one ENI has the free one");

        world.MoveElasticIp(foreign, null);
        await stage.UntilReadyAsync("public", 2);
        await stage.UntilAsync(() => stage.OurEnis.All(eni => Of(stage, eni.Id) is not null), "both have one");
        await stage.UntilAsync(() => stage.OurEnis.All(eni => eni.Attachment!.DeleteOnTermination), "the ENIs are as specified");
        var (asked, sweeps) = (stage.Calls("DescribeAddresses"), stage.Calls("DescribeNetworkInterfaces"));
        await stage.UntilAsync(() => stage.Calls("DescribeNetworkInterfaces") > sweeps + 5, "several sweeps have passed");
        Assert.Equal(asked, stage.Calls("DescribeAddresses"));
    }

    [Fact]
    public async Task Two_NodeENIs_that_share_a_list_and_come_at_the_same_moment_end_with_different_ones()
    {
        await using var stage = await Stage.StartAsync(OftenSwept);
        var world = stage.Cluster.Ec2.World;
        var ids = Enumerable.Range(0, 4).Select(_ => world.AddElasticIp(OfTheCluster).AllocationId).ToList();
        var list = $"elasticIPs: {{allocationIDs: [{string.Join(", ", ids)}]}}";

        await Task.WhenAll(stage.ApplyAsync(Manifests.NodeEni("first", list)), stage.ApplyAsync(Manifests.NodeEni("second", list)));

        await stage.UntilAsync(() => world.ElasticIps.All(address => address.NetworkInterfaceId is not null), "every ENI has one");
        await stage.UntilReadyAsync("first", 2);
        await stage.UntilReadyAsync("second", 2);
        Assert.Equal(ids.Order(), stage.OurEnis.Select(eni => Of(stage, eni.Id)!).Order());
    }

    [Fact]
    public async Task One_of_the_list_that_something_else_has_or_that_does_not_exist_is_passed_over_and_nobody_asks_for_ever()
    {
        await using var stage = await Stage.StartAsync(OftenSwept with { Nodes = 1 });
        var world = stage.Cluster.Ec2.World;
        var (taken, good) = (world.AddElasticIp(OfTheCluster).AllocationId, world.AddElasticIp(OfTheCluster).AllocationId);
        await stage.AttachForeignEniAsync(stage.Nodes[0], deviceIndex: 5);
        var holder = world.NetworkInterfaces.Single(eni => eni.Attachment?.DeviceIndex == 5).Id;
        world.MoveElasticIp(taken, holder);

        await stage.ApplyAsync(Manifests.NodeEni("public", $"elasticIPs: {{allocationIDs: [{taken}, eipalloc-0123456789abcdef0, {good}]}}"));

        await stage.UntilReadyAsync("public", 1);
        await stage.UntilAsync(() => Of(stage, stage.OurEnis.Single().Id) == good, "the ENI has the one that is free");
        Assert.Equal(holder, world.ElasticIps.Single(address => address.AllocationId == taken).NetworkInterfaceId);
        Assert.Equal((3, 0), (stage.Calls("AssociateAddress"), stage.Calls("DisassociateAddress")));
    }

    private static string? Of(Stage stage, string eniId) =>
        stage.Cluster.Ec2.World.ElasticIps.SingleOrDefault(address => address.NetworkInterfaceId == eniId)?.AllocationId;
}
