using MultiEni.Api;
using MultiEni.Controller.Leaks;
using MultiEni.Scenarios.KubernetesApi;
using MultiEni.Scenarios.Staging;
using MultiEni.Simulator.Ec2;

namespace MultiEni.Scenarios.Stories;

/// <summary>
/// ENIs that outlive their nodes, read back from EC2. Needs the simulated cluster for ready devices.
/// </summary>
public class RetainStories
{
    private const string Retain = "retainPolicy: Retain";
    private const string Kept = "deleteOnTermination: false";

    private static readonly Dictionary<string, string> OfTheCluster = new() { ["networking.k8s.aws/cluster"] = "simulated" };

    [Fact]
    public async Task A_new_node_gets_the_ENI_with_the_addresses_of_the_one_that_it_replaces()
    {
        await using var stage = await Stage.StartAsync(Options(nodes: 1));
        var elastic = stage.Cluster.Ec2.World.AddElasticIp(OfTheCluster).AllocationId;
        stage.Cluster.Ec2.World.AddElasticIp(OfTheCluster);
        await stage.ApplyAsync(
            Manifests.NodeEni("peer", Retain, Kept, "enableDPDK: true", "elasticIPs: {selector: {networking.k8s.aws/cluster: simulated}}")
        );
        await stage.UntilReadyAsync("peer", 1);
        await stage.UntilAsync(() => Elastic(stage, stage.OurEnis.Single()) == elastic, "the ENI has an Elastic IP");
        var before = stage.OurEnis.Single();

        await stage.TerminateNodeAsync(stage.Nodes[0]);
        await UntilRetainedAsync(stage, "peer", 1);
        Assert.Equal((before.Id, elastic), (stage.OurEnis.Single().Id, Elastic(stage, stage.OurEnis.Single())));
        await stage.UntilAsync(async () => (await stage.Api.EventReasonsAsync("peer", Stage.Stop)).Contains("ENIRetained"), "an event tells of it");
        await stage.UntilAsync(
            async () =>
                (await stage.NodeEniAsync("peer"))!.Status is { RetainedEnis: 1, Retained: [var retained] }
                && (retained.EniId, retained.PrivateIp) == (before.Id, before.PrivateIps[0]),
            "the status tells of it"
        );

        var node = await stage.AddNodeAsync();
        await stage.UntilReadyAsync("peer", 1);
        var after = stage.OurEnis.Single();
        Assert.Equal(
            (before.Id, before.MacAddress, before.PrivateIps[0], elastic),
            (after.Id, after.MacAddress, after.PrivateIps[0], Elastic(stage, after))
        );
        Assert.Equal(stage.Cluster.Nodes.Single().InstanceId, after.Attachment!.InstanceId);
        Assert.Equal((node, "simulated"), (after.Tags["Node"], after.Tags["networking.k8s.aws/cluster"]));
        Assert.Equal((1, 0), (stage.Calls("CreateNetworkInterface"), stage.Calls("DeleteNetworkInterface")));
        await stage.UntilAsync(async () => (await stage.Api.EventReasonsAsync("peer", Stage.Stop)).Contains("ENIReused"), "an event tells of it");
        await stage.UntilAsync(
            async () => (await stage.NodeEniAsync("peer"))!.Status is { RetainedEnis: 0, Retained: null },
            "nothing is retained any more"
        );

        await stage.DeleteNodeEniAsync("peer");
        await stage.UntilGoneAsync("peer");
        await stage.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task The_Elastic_IP_of_a_retained_ENI_is_given_to_no_other_NodeENI()
    {
        await using var stage = await Stage.StartAsync(Options(nodes: 2));
        var world = stage.Cluster.Ec2.World;
        world.AddElasticIp(OfTheCluster);
        world.AddElasticIp(OfTheCluster);
        const string selector = "elasticIPs: {selector: {networking.k8s.aws/cluster: simulated}}";
        var nodes = stage.Nodes.ToList();
        await stage.Api.LabelNodeAsync(nodes[0], "role", "gateway", Stage.Stop);
        await stage.ApplyAsync(Manifests.Selecting("kept", "role: gateway", Retain, Kept, selector));
        await stage.UntilReadyAsync("kept", 1);
        await stage.UntilAsync(() => Elastic(stage, stage.OurEnis.Single()) is not null, "the ENI has an Elastic IP");
        var (eni, its) = (stage.OurEnis.Single().Id, Elastic(stage, stage.OurEnis.Single()));
        await stage.TerminateNodeAsync(nodes[0]);
        await UntilRetainedAsync(stage, "kept", 1);

        await stage.Api.LabelNodeAsync(nodes[1], "role", "peer", Stage.Stop);
        await stage.ApplyAsync(Manifests.Selecting("other", "role: peer", selector));
        await stage.UntilReadyAsync("other", 1);
        await stage.UntilAsync(() => world.ElasticIps.All(address => address.NetworkInterfaceId is not null), "the new ENI has the other one");
        Assert.Equal(its, Elastic(stage, stage.OurEnis.Single(row => row.Id == eni)));
        Assert.Equal(2, stage.Calls("AssociateAddress"));

        await stage.Api.LabelNodeAsync(await stage.AddNodeAsync(), "role", "gateway", Stage.Stop);
        await stage.UntilReadyAsync("kept", 1);
        Assert.Equal(its, Elastic(stage, stage.OurEnis.Single(row => row.Id == eni)));
        Assert.Equal((2, 0), (stage.Calls("AssociateAddress"), stage.Calls("DisassociateAddress")));
    }

    [Fact]
    public async Task Nodes_that_are_replaced_at_once_take_different_ENIs_each_with_its_listed_address()
    {
        await using var stage = await Stage.StartAsync(Options(nodes: 2));
        await stage.ApplyAsync(Manifests.NodeEni("probe"));
        await stage.UntilReadyAsync("probe", 2);
        var probe = (await stage.AttachmentsAsync("probe"))[0];
        var addresses = $"{PodAddressStories.AddressBeside(probe, 201)}, {PodAddressStories.AddressBeside(probe, 202)}";
        await stage.DeleteNodeEniAsync("probe");
        await stage.UntilGoneAsync("probe");
        var (created, deleted) = (stage.Calls("CreateNetworkInterface"), stage.Calls("DeleteNetworkInterface"));

        await stage.ApplyAsync(Manifests.NodeEni("pair", Retain, Kept, $"privateIPAddresses: [{addresses}]"));
        await stage.UntilReadyAsync("pair", 2);
        var before = Identities(stage);

        await Task.WhenAll(stage.Nodes.ToList().Select(stage.TerminateNodeAsync));
        await UntilRetainedAsync(stage, "pair", 2);
        await Task.WhenAll(stage.AddNodeAsync(), stage.AddNodeAsync());
        await stage.UntilReadyAsync("pair", 2);

        Assert.Equal(before, Identities(stage));
        Assert.Equal((created + 2, deleted), (stage.Calls("CreateNetworkInterface"), stage.Calls("DeleteNetworkInterface")));
        Assert.Equal(2, stage.OurEnis.Select(eni => eni.Attachment!.InstanceId).Distinct().Count());
    }

    [Fact]
    public async Task A_node_that_is_selected_again_gets_its_own_ENI_back_and_a_third_one_a_new_one()
    {
        await using var stage = await Stage.StartAsync(Options(nodes: 1));
        await stage.ApplyAsync(Manifests.NodeEni("back", Retain, Kept));
        await stage.UntilReadyAsync("back", 1);
        var before = Identities(stage);

        await stage.Api.LabelNodeAsync(stage.Nodes[0], "ng", null, Stage.Stop);
        await UntilRetainedAsync(stage, "back", 1);
        await stage.Api.LabelNodeAsync(stage.Nodes[0], "ng", "multi-eni", Stage.Stop);
        await stage.UntilReadyAsync("back", 1);
        Assert.Equal(before, Identities(stage));

        await stage.AddNodeAsync();
        await stage.UntilReadyAsync("back", 2);
        Assert.Equal(2, stage.OurEnis.Count);
    }

    [Fact]
    public async Task One_that_somebody_attached_elsewhere_is_left_there_and_one_that_somebody_deleted_is_made_anew()
    {
        // No sweep shows in time what happens here.
        await using var stage = await Stage.StartAsync(
            Options(nodes: 3) with
            {
                Controller = settings => settings with { ReconcilePeriod = TimeSpan.FromHours(10) },
            }
        );
        await stage.ApplyAsync(Manifests.Selecting("kept", "role: gateway", Retain, Kept));
        var nodes = stage.Nodes.ToList();
        foreach (var node in nodes.Take(2))
        {
            await stage.Api.LabelNodeAsync(node, "role", "gateway", Stage.Stop);
        }

        await stage.UntilReadyAsync("kept", 2);
        var before = Identities(stage);
        await stage.TerminateNodeAsync(nodes[0]);
        await stage.TerminateNodeAsync(nodes[1]);
        await UntilRetainedAsync(stage, "kept", 2);
        await stage.AttachEniAsync(before[0].Id, nodes[2], deviceIndex: 5);
        using var somebody = stage.NewEc2Client("AKIASOMEBODY");
        await somebody.DeleteNetworkInterfaceAsync(new() { NetworkInterfaceId = before[1].Id }, Stage.Stop);

        foreach (var node in new[] { await stage.AddNodeAsync(), await stage.AddNodeAsync() })
        {
            await stage.Api.LabelNodeAsync(node, "role", "gateway", Stage.Stop);
        }

        await stage.UntilReadyAsync("kept", 2);
        Assert.Equal(3, stage.OurEnis.Count);
        Assert.Equal(stage.Cluster.Node(nodes[2]).InstanceId, stage.OurEnis.Single(eni => eni.Id == before[0].Id).Attachment!.InstanceId);
        Assert.DoesNotContain(stage.OurEnis, eni => eni.Id == before[1].Id);
    }

    [Fact]
    public async Task A_replacement_attaches_the_same_ENI_unless_EC2_cannot_make_it_what_is_wanted()
    {
        await using var stage = await Stage.StartAsync(Options(nodes: 1));
        await stage.ApplyAsync(Manifests.NodeEni("other", Retain, Kept, "secondaryPrivateIPCount: 2"));
        await stage.UntilReadyAsync("other", 1);
        var before = Identities(stage);

        await stage.ApplyAsync(Manifests.NodeEni("other", Retain, Kept, "secondaryPrivateIPCount: 2", "deviceIndex: 4"));
        await stage.UntilAsync(
            () => stage.OurEnis is [{ Attachment: { DeviceIndex: 4, Status: AttachmentStatus.Attached } }],
            "it is attached at index 4"
        );
        await stage.UntilReadyAsync("other", 1);
        Assert.Equal(before, Identities(stage));

        await stage.ApplyAsync(Manifests.NodeEni("other", Retain, Kept, "secondaryPrivateIPCount: 1", "deviceIndex: 4"));
        await stage.UntilAsync(() => stage.OurEnis is [{ PrivateIps.Count: 2 }], "there is one ENI, with one address less");
        await stage.UntilReadyAsync("other", 1);
        Assert.NotEqual(before, Identities(stage));
    }

    [Theory]
    [InlineData(null, 0, false)]
    [InlineData("UnauthorizedOperation", 1000, true)]
    [InlineData("RequestLimitExceeded", 4, false)]
    [NeedsSimulatedApiServer]
    public async Task A_pod_takes_its_address_along_from_an_ENI_that_outlives_its_node(string? error, int times, bool refused)
    {
        await using var stage = await Stage.StartAsync(PodAddressStories.TwoNodes with { Zones = 1, Controller = Options(2).Controller });
        await stage.ApplyAsync(
            Manifests.NodeEni("pods", Retain, Kept, "podAddresses:", "  fixedCIDRs: [\"10.0.0.0/8\"]", "  allowReassignment: true")
        );
        await stage.UntilReadyAsync("pods", 2);
        var attachments = await stage.AttachmentsAsync("pods");
        var one = attachments.Single(attachment => attachment.Spec!.NodeName == stage.Nodes[0]);
        var other = attachments.Single(attachment => attachment.Spec!.NodeName == stage.Nodes[1]);
        var (address, others) = (PodAddressStories.AddressBeside(one, 200), PodAddressStories.AddressBeside(one, 201));
        using (var somebody = stage.NewEc2Client("AKIASOMEBODYELSE"))
        {
            await somebody.AssignPrivateIpAddressesAsync(
                new() { NetworkInterfaceId = one.Status!.Network!.EniId, PrivateIpAddresses = [others] },
                Stage.Stop
            );
        }

        PodAddressStories.Report(stage, one, PodAddressStories.Use(free: 1, requested: [address]));
        await UntilOnAsync(stage, one.Status.Network.EniId!, address);
        PodAddressStories.Report(stage, one, PodAddressStories.Use(free: 1, used: [address]));
        if (error is not null)
        {
            stage.Cluster.Ec2.Faults.FailNext("UnassignPrivateIpAddresses", times, error);
        }

        await stage.TerminateNodeAsync(one.Spec!.NodeName);
        await UntilRetainedAsync(stage, "pods", 1);

        // What somebody else assigned stays, and so does what EC2 does not take back.
        var retained = stage.OurEnis.Single(eni => eni.Id == one.Status.Network.EniId);
        Assert.Equal(refused, retained.PrivateIps.Contains(address));
        Assert.Contains(others, retained.PrivateIps);
        Assert.InRange(stage.Calls("UnassignPrivateIpAddresses"), 1, times is 4 ? 6 : 1);

        var calls = stage.Calls("AssignPrivateIpAddresses");
        PodAddressStories.Report(stage, other, PodAddressStories.Use(free: 0, requested: [address]));
        await UntilOnAsync(stage, other.Status!.Network!.EniId!, address);
        Assert.Equal(calls + 1, stage.Calls("AssignPrivateIpAddresses"));
        Assert.Contains(others, stage.OurEnis.Single(eni => eni.Id == one.Status.Network.EniId).PrivateIps);
    }

    [Fact]
    public async Task Retained_ENIs_are_deleted_together_with_their_NodeENI()
    {
        await using var stage = await Stage.StartAsync(Options(nodes: 2));
        await stage.ApplyAsync(Manifests.NodeEni("going", Retain, Kept));
        await stage.UntilReadyAsync("going", 2);
        await stage.TerminateNodeAsync(stage.Nodes[0]);
        await UntilRetainedAsync(stage, "going", 1);

        await stage.DeleteNodeEniAsync("going");
        await stage.UntilGoneAsync("going");

        Assert.Empty(stage.OurEnis);
        await stage.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task A_NodeENI_waits_until_EC2_deletes_its_retained_ENIs_and_says_so()
    {
        await using var stage = await Stage.StartAsync(Options(nodes: 1));
        await stage.ApplyAsync(Manifests.NodeEni("held", Retain, Kept));
        await stage.UntilReadyAsync("held", 1);
        await stage.TerminateNodeAsync(stage.Nodes[0]);
        await UntilRetainedAsync(stage, "held", 1);

        stage.Cluster.Ec2.Faults.FailNext("DeleteNetworkInterface", int.MaxValue, "InternalError", status: 500);
        await stage.DeleteNodeEniAsync("held");
        await stage.UntilReasonAsync("held", ConditionTypes.Ready, Reasons.Deleting, "1 retained ENI");
        Assert.Single(stage.OurEnis);

        stage.Cluster.Ec2.Faults.Clear();
        await stage.UntilGoneAsync("held");
        Assert.Empty(stage.OurEnis);
    }

    [Fact]
    public async Task A_NodeENI_that_no_longer_retains_them_loses_them_after_the_grace_time()
    {
        await using var stage = await Stage.StartAsync(
            Options(nodes: 2) with
            {
                Controller = settings =>
                    settings with
                    {
                        ReconcilePeriod = TimeSpan.FromSeconds(10),
                        Leaks = new LeakLimits { Grace = TimeSpan.FromSeconds(60) },
                    },
            }
        );
        await stage.ApplyAsync(Manifests.NodeEni("changed", Retain, Kept));
        await stage.UntilReadyAsync("changed", 2);
        await stage.TerminateNodeAsync(stage.Nodes[0]);
        await UntilRetainedAsync(stage, "changed", 1);
        var sweeps = stage.Calls("DescribeNetworkInterfaces");
        await stage.UntilAsync(() => stage.Calls("DescribeNetworkInterfaces") > sweeps + 12, "more than the grace time has passed");
        Assert.Equal(2, stage.OurEnis.Count);

        await stage.ApplyAsync(Manifests.NodeEni("changed", "retainPolicy: Delete", Kept));

        await stage.UntilAsync(() => stage.OurEnis.Count == 1, "the retained ENI is deleted");
        await stage.UntilReadyAsync("changed", 1);
        Assert.Equal(AttachmentStatus.Attached, stage.OurEnis.Single().Attachment!.Status);
    }

    [Fact]
    public async Task A_retained_ENI_that_somebody_deletes_is_not_in_the_status_any_more()
    {
        await using var stage = await Stage.StartAsync(Options(nodes: 1));
        await stage.ApplyAsync(Manifests.NodeEni("peer", Retain, Kept));
        await stage.UntilReadyAsync("peer", 1);
        await stage.TerminateNodeAsync(stage.Nodes[0]);
        await UntilRetainedAsync(stage, "peer", 1);
        await stage.UntilAsync(async () => (await stage.NodeEniAsync("peer"))!.Status!.RetainedEnis == 1, "the status counts it");

        using var somebody = stage.NewEc2Client("AKIAOTHERS");
        await somebody.DeleteNetworkInterfaceAsync(new() { NetworkInterfaceId = stage.OurEnis.Single().Id }, Stage.Stop);

        await stage.UntilAsync(async () => (await stage.NodeEniAsync("peer"))!.Status!.RetainedEnis == 0, "the status does not count it");
    }

    [Fact]
    public async Task ENIs_that_EC2_would_delete_cannot_be_retained()
    {
        await using var stage = await Stage.StartAsync(new() { Nodes = 1, StartsPrograms = false });

        var refused = await Assert.ThrowsAsync<RefusedException>(() => stage.ApplyAsync(Manifests.NodeEni("wrong", Retain)));

        Assert.Contains("retainPolicy: Retain needs deleteOnTermination: false", refused.Message);
    }

    private static StageOptions Options(int nodes) =>
        new()
        {
            Nodes = nodes,
            Zones = 1,
            Acceleration = 30,
            Controller = settings => settings with { ReconcilePeriod = TimeSpan.FromSeconds(10) },
        };

    private static Task UntilOnAsync(Stage stage, string eniId, string address) =>
        stage.UntilAsync(() => stage.OurEnis.Single(eni => eni.Id == eniId).PrivateIps.Contains(address), $"{eniId} has {address}");

    private static Task UntilRetainedAsync(Stage stage, string nodeEni, int count) =>
        stage.UntilAsync(
            async () =>
                stage.OurEnis.Count(eni => eni is { Attachment: null }) == count
                && (await stage.AttachmentsAsync(nodeEni)).Count == stage.OurEnis.Count - count,
            $"{count} ENIs of {nodeEni} are retained"
        );

    private static IReadOnlyList<(string Id, string Mac, string Address)> Identities(Stage stage) =>
        [.. stage.OurEnis.Select(eni => (eni.Id, eni.MacAddress, eni.PrimaryIp!)).Order()];

    private static string? Elastic(Stage stage, NetworkInterface eni) =>
        stage.Cluster.Ec2.World.ElasticIps.SingleOrDefault(address => address.NetworkInterfaceId == eni.Id)?.AllocationId;
}
