using System.Text.Json.Nodes;
using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Scenarios.KubernetesApi;
using MultiEni.Scenarios.Staging;
using MultiEni.Simulator.Kubernetes.Storage;

namespace MultiEni.Scenarios.Stories;

/// <summary>
/// Addresses that pods take from an ENI, with the node's part of the status written by hand: what
/// the controller assigns, moves and takes back.
/// </summary>
public class PodAddressStories
{
    internal static readonly StageOptions TwoNodes = new()
    {
        Nodes = 2,
        Acceleration = 30,
        ApiServer = new KubernetesApiChoice.Simulator(),
    };

    [Fact]
    [NeedsSimulatedApiServer]
    public async Task Free_addresses_are_kept_on_the_ENI_and_go_back_when_nobody_needs_them()
    {
        await using var stage = await Stage.StartAsync(TwoNodes with { Nodes = 1 });
        await stage.ApplyAsync(Manifests.NodeEni("pods", "podAddresses:", "  warm: 3"));
        await stage.UntilReadyAsync("pods", 1);
        await UntilListedAsync(stage, 3);
        Assert.Equal(1, stage.Calls("AssignPrivateIpAddresses"));

        // Three pods have them all, and eight more wait.
        var first = (await AttachmentAsync(stage)).Status!.Network!.PrivateIps!;
        Report(stage, await AttachmentAsync(stage), Use(free: 0, waiting: 8, used: first.Skip(1)));
        await UntilListedAsync(stage, 11);
        Assert.Equal(2, stage.Calls("AssignPrivateIpAddresses"));
        await stage.UntilAsync(
            async () => (await stage.NodeEniAsync("pods"))!.Status!.Conditions.IsTrue(ConditionTypes.PodAddresses),
            "pods get addresses"
        );

        // All pods end. What is beyond three warm ones and a slack of four is withdrawn, and taken
        // away when the node has seen that.
        Report(stage, await AttachmentAsync(stage), Use(free: 11));
        await UntilListedAsync(stage, 7);
        Assert.Equal(12, stage.OurEnis.Single().PrivateIps.Count);
        Report(stage, await AttachmentAsync(stage), Use(free: 7));
        await stage.UntilAsync(() => stage.OurEnis.Single().PrivateIps.Count == 8, "four addresses are taken away");

        Assert.Equal((2, 1), (stage.Calls("AssignPrivateIpAddresses"), stage.Calls("UnassignPrivateIpAddresses")));
        await stage.UntilAsync(
            async () => (await AttachmentAsync(stage)).Status!.Network!.AssignedForPods?.Count == 7,
            "the status names what is left"
        );
    }

    [Fact]
    [NeedsSimulatedApiServer]
    public async Task An_address_with_a_name_follows_its_pod_and_no_running_pod_loses_one()
    {
        await using var stage = await Stage.StartAsync(TwoNodes);
        await stage.ApplyAsync(Manifests.NodeEni("pods", "podAddresses:", "  fixedCIDRs: [\"10.0.0.0/8\"]", "  allowReassignment: true"));
        await stage.UntilReadyAsync("pods", 2);
        var (one, other) = await BothAsync(stage);
        var address = AddressBeside(one, 200);

        Report(stage, one, Use(free: 0, requested: [address]));
        await UntilHasAsync(stage, one, address);
        Report(stage, one, Use(free: 0, used: [address]));

        // A second pod asks for it on the other node while the first one runs.
        Report(stage, other, Use(free: 0, requested: [address]));
        await stage.UntilAsync(
            async () => (await BothAsync(stage)).Other.Status!.Network!.RefusedAddresses is [{ Reason: Reasons.AddressInUse }],
            "the second pod is told why it waits"
        );
        Assert.True((await stage.NodeEniAsync("pods"))!.Status!.Conditions.IsTrue(ConditionTypes.Ready));

        // The first one ends, and its node lets go of the address.
        Report(stage, one, Use(free: 1));
        var withdrawal = await UntilWithdrawnAsync(stage, one, address);
        Assert.False(await HasAsync(stage, other, address));
        Report(stage, one, Use(free: 0, seen: withdrawal));
        await UntilHasAsync(stage, other, address);
        await stage.UntilAsync(
            async () => (await BothAsync(stage)).One.Status!.Network!.PrivateIps?.Contains(address) != true,
            "the former ENI's status has lost it"
        );
        Assert.Equal(0, stage.Calls("UnassignPrivateIpAddresses"));
        await stage.UntilAsync(
            async () =>
                (await EventsAsync(stage, "AddressMoved")).Contains(
                    $"{address} of pod default/pod moved from {one.Status!.Network!.EniId} on {one.Spec!.NodeName} "
                        + $"to {other.Status!.Network!.EniId} on {other.Spec!.NodeName}"
                ),
            "the event of the move names the pod"
        );
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [NeedsSimulatedApiServer]
    public async Task A_pod_that_gets_an_address_while_it_is_being_withdrawn_keeps_it(bool crashes)
    {
        await using var stage = await Stage.StartAsync(TwoNodes);
        await stage.ApplyAsync(Manifests.NodeEni("pods", "podAddresses:", "  fixedCIDRs: [\"10.0.0.0/8\"]", "  allowReassignment: true"));
        await stage.UntilReadyAsync("pods", 2);
        var (one, other) = await BothAsync(stage);
        var address = AddressBeside(one, 200);
        Report(stage, one, Use(free: 0, requested: [address]));
        await UntilHasAsync(stage, one, address);
        Report(stage, one, Use(free: 1));

        // The pod is gone, and one of the other node asks for its address; the first node does not
        // answer for a while.
        Report(stage, other, Use(free: 0, requested: [address]));
        await UntilWithdrawnAsync(stage, one, address);
        await stage.UntilAsync(
            async () =>
                (await BothAsync(stage)).Other.Status!.Network!.RefusedAddresses is [{ Reason: Reasons.AddressInUse, Message: var message }]
                && message.Contains($"waits until the ENI manager on {one.Spec!.NodeName} has let go of it", StringComparison.Ordinal),
            "the pod is told what it waits for"
        );
        if (crashes)
        {
            await stage.StopControllerAsync();
            stage.StartController();
            await stage.UntilAsync(
                async () => (await NetworkAsync(stage, one)).Withdrawal is { Number: > 1 },
                "the new controller relies on no answer to its predecessor"
            );
        }

        // It had given the address to another pod before it saw the withdrawal.
        var withdrawal = await UntilWithdrawnAsync(stage, one, address);
        Report(stage, one, Use(free: 0, used: [address], seen: withdrawal));

        await UntilHasAsync(stage, one, address);
        await stage.UntilAsync(
            async () =>
                (await BothAsync(stage)).Other.Status!.Network!.RefusedAddresses is [{ Message: var message }]
                && message.Contains($"pod default/pod on {one.Spec!.NodeName} has {address}", StringComparison.Ordinal),
            "the pod is told who has it"
        );
        Assert.False(await HasAsync(stage, other, address));

        // Nobody asks for it any more: it is the first node's as before.
        Report(stage, other, Use(free: 0));
        Report(stage, one, Use(free: 1, seen: withdrawal));
        await stage.UntilAsync(async () => (await BothAsync(stage)).Other.Status!.Network!.RefusedAddresses is null, "nothing is refused");
        Assert.True(await HasAsync(stage, one, address));
        Assert.Equal(1, stage.Calls("AssignPrivateIpAddresses"));
    }

    [Fact]
    [NeedsSimulatedApiServer]
    public async Task An_address_that_is_withdrawn_and_not_moved_in_the_end_comes_back()
    {
        await using var stage = await Stage.StartAsync(TwoNodes);
        await stage.ApplyAsync(Manifests.NodeEni("pods", "podAddresses:", "  fixedCIDRs: [\"10.0.0.0/8\"]", "  allowReassignment: true"));
        await stage.UntilReadyAsync("pods", 2);
        var (one, other) = await BothAsync(stage);
        var address = AddressBeside(one, 200);
        Report(stage, one, Use(free: 0, requested: [address]));
        await UntilHasAsync(stage, one, address);
        Report(stage, one, Use(free: 1));
        Report(stage, other, Use(free: 0, requested: [address]));
        await UntilWithdrawnAsync(stage, one, address);

        Report(stage, other, Use(free: 0));

        await UntilHasAsync(stage, one, address);
        await stage.UntilAsync(
            async () =>
                (await BothAsync(stage)) is { One.Status.Network: { Withdrawal.Addresses: null, AssignedForPods: [var kept] } } && kept == address,
            "it is the ENI's as before"
        );
        Assert.Equal((1, 0), (stage.Calls("AssignPrivateIpAddresses"), stage.Calls("UnassignPrivateIpAddresses")));
    }

    [Fact]
    [NeedsSimulatedApiServer]
    public async Task An_ENI_that_gets_no_addresses_for_pods_lets_go_of_one_as_well()
    {
        await using var stage = await Stage.StartAsync(TwoNodes with { Nodes = 1 });
        await stage.ApplyAsync(Manifests.NodeEni("counted", "secondaryPrivateIPCount: 1", "deviceIndex: 3"));
        await stage.ApplyAsync(Manifests.NodeEni("pods", "podAddresses:", "  fixedCIDRs: [\"10.0.0.0/8\"]", "  allowReassignment: true"));
        await stage.UntilReadyAsync("counted", 1);
        await stage.UntilReadyAsync("pods", 1);
        var counted = Assert.Single(await stage.AttachmentsAsync("counted"));
        var address = counted.Status!.Network!.PrivateIps![1];

        Report(stage, await AttachmentAsync(stage), Use(free: 0, requested: [address]));
        var withdrawal = await UntilWithdrawnAsync(stage, counted, address);
        Report(stage, counted, Use(free: 0, seen: withdrawal));

        await UntilHasAsync(stage, await AttachmentAsync(stage), address);
        await stage.UntilAsync(
            async () => (await NetworkAsync(stage, counted)) is { PrivateIps: [_, var instead], Withdrawal.Addresses: null } && instead != address,
            "the ENI has as many addresses as before"
        );
        Assert.Null(Assert.Single(await stage.AttachmentsAsync("counted")).Status!.Conditions.Find(ConditionTypes.PodAddresses));
    }

    [Fact]
    [NeedsSimulatedApiServer]
    public async Task A_full_subnet_leaves_the_ENI_ready_and_is_in_a_condition()
    {
        await using var stage = await Stage.StartAsync(TwoNodes with { Nodes = 1 });
        await stage.ApplyAsync(Manifests.NodeEni("pods"));
        await stage.UntilReadyAsync("pods", 1);
        stage.Cluster.Ec2.Faults.FailNext("AssignPrivateIpAddresses", 1000, "InsufficientFreeAddressesInSubnet");

        await stage.ApplyAsync(Manifests.NodeEni("pods", "podAddresses:", "  warm: 2"));

        await stage.UntilReasonAsync("pods", ConditionTypes.PodAddresses, Reasons.SubnetFull);
        await stage.UntilReadyAsync("pods", 1);
        Assert.InRange(stage.Calls("AssignPrivateIpAddresses"), 1, 2);

        // Two retries later it was told once, and that it is over as well.
        var calls = stage.Calls("AssignPrivateIpAddresses");
        await stage.UntilAsync(() => stage.Calls("AssignPrivateIpAddresses") >= calls + 2, "EC2 is asked again");
        await stage.UntilReasonAsync("pods", ConditionTypes.PodAddresses, Reasons.SubnetFull);
        Assert.Equal(0, await TimesAsync(stage, "AddressesAvailable"));
        stage.Cluster.Ec2.Faults.Clear();
        await stage.UntilReasonAsync("pods", ConditionTypes.PodAddresses, Reasons.AsExpected);
        await stage.UntilAsync(async () => await TimesAsync(stage, "AddressesAvailable") == 1, "pods get addresses again");
        Assert.Equal(1, await TimesAsync(stage, "AddressesUnavailable"));
        Assert.StartsWith(
            $"{stage.Nodes[0]}: SubnetFull: ",
            Assert.Single(await EventsAsync(stage, "AddressesUnavailable")),
            StringComparison.Ordinal
        );
    }

    [Fact]
    [NeedsSimulatedApiServer]
    public async Task In_a_subnet_with_five_addresses_left_pods_get_them_and_another_ENI_is_created()
    {
        await using var stage = await Stage.StartAsync(TwoNodes with { Nodes = 1 });
        var world = stage.Cluster.Ec2.World;
        var subnet = world.AddSubnet(stage.Cluster.Network.VpcId, stage.Cluster.Network.Zones[0], "10.9.0.0/28").Id;
        await stage.ApplyAsync(InSubnet("pods"));
        await stage.UntilReadyAsync("pods", 1);
        // Of a /28 EC2 keeps five addresses and the ENI has one.
        world.OccupyAddresses(subnet, 16 - 5 - 1 - 5);

        await stage.ApplyAsync(InSubnet("pods", "podAddresses:", "  warm: 8"));
        await stage.UntilReasonAsync("pods", ConditionTypes.PodAddresses, Reasons.SubnetFull);
        await UntilListedAsync(stage, 1);
        Assert.Equal(2, stage.Calls("AssignPrivateIpAddresses"));

        // The pod that waits has the one, and two more come.
        Report(stage, await AttachmentAsync(stage), Use(free: 1, waiting: 3));
        await UntilListedAsync(stage, 3);
        Assert.Equal(3, stage.Calls("AssignPrivateIpAddresses"));

        await stage.ApplyAsync(InSubnet("other", "deviceIndex: 3"));
        await stage.UntilReadyAsync("other", 1);
        await stage.UntilReasonAsync("pods", ConditionTypes.PodAddresses, Reasons.SubnetFull);

        string InSubnet(string name, params string[] lines) =>
            Manifests.NodeEni(name, lines).Replace("subnet-12345678", subnet, StringComparison.Ordinal);
    }

    [Fact]
    [NeedsSimulatedApiServer]
    public async Task A_pod_gets_the_address_that_it_names_while_a_prefix_that_is_counted_cannot_be_had()
    {
        await using var stage = await Stage.StartAsync(TwoNodes with { Nodes = 1 });
        string[] pods = ["podAddresses:", "  fixedCIDRs: [\"10.0.0.0/8\"]"];
        await stage.ApplyAsync(Manifests.NodeEni("pods", pods));
        await stage.UntilReadyAsync("pods", 1);
        var attachment = await AttachmentAsync(stage);
        var address = AddressBeside(attachment, 201);
        stage.Cluster.Ec2.World.Fragment(attachment.Spec!.SubnetId);

        await stage.ApplyAsync(Manifests.NodeEni("pods", ["ipv4PrefixCount: 1", .. pods]));
        await stage.UntilReasonAsync("pods", ConditionTypes.Degraded, Reasons.SubnetFull);
        Report(stage, await AttachmentAsync(stage), Use(free: 0, requested: [address]));

        await UntilHasAsync(stage, attachment, address);
        await stage.UntilReasonAsync("pods", ConditionTypes.Degraded, Reasons.SubnetFull);
    }

    [Fact]
    [NeedsSimulatedApiServer]
    public async Task A_pool_at_its_maximum_is_told_once_while_pods_come_and_go()
    {
        await using var stage = await Stage.StartAsync(TwoNodes with { Nodes = 1 });
        await stage.ApplyAsync(Manifests.NodeEni("pods", "podAddresses:", "  warm: 2", "  maximum: 3"));
        await stage.UntilReadyAsync("pods", 1);
        await UntilListedAsync(stage, 2);
        var addresses = (await AttachmentAsync(stage)).Status!.Network!.PrivateIps!;

        Report(stage, await AttachmentAsync(stage), Use(free: 0, used: addresses.Skip(1)));
        await stage.UntilReasonAsync("pods", ConditionTypes.PodAddresses, Reasons.AddressLimitReached, "2 more");
        Report(stage, await AttachmentAsync(stage), Use(free: 1, used: addresses.Skip(2)));
        await stage.UntilReasonAsync("pods", ConditionTypes.PodAddresses, Reasons.AddressLimitReached, "1 more");

        await stage.UntilAsync(async () => (await EventsAsync(stage, "AddressLimitReached")).Count > 0, "the event");
        Assert.Contains(
            "spec.podAddresses.maximum is 3; raise it",
            Assert.Single(await EventsAsync(stage, "AddressLimitReached")),
            StringComparison.Ordinal
        );
        Assert.Equal(1, await TimesAsync(stage, "AddressLimitReached"));
    }

    [Fact]
    [NeedsSimulatedApiServer]
    public async Task Listed_primary_addresses_are_those_of_the_ENIs()
    {
        await using var stage = await Stage.StartAsync(TwoNodes);
        await stage.ApplyAsync(Manifests.NodeEni("probe"));
        await stage.UntilReadyAsync("probe", 2);
        var address = AddressBeside((await stage.AttachmentsAsync("probe"))[0], 210);
        await stage.DeleteNodeEniAsync("probe");
        await stage.UntilGoneAsync("probe");

        await stage.ApplyAsync(Manifests.NodeEni("listed", $"privateIPAddresses: [\"{address}\"]"));

        await stage.UntilReasonAsync("listed", ConditionTypes.Degraded, Reasons.NoAddressLeft);
        await stage.UntilAsync(() => stage.OurEnis is [{ PrimaryIp: { } primary }] && primary == address, "one ENI has the address");
    }

    /// <summary>An address of the subnet that an attachment's ENI is in.</summary>
    internal static string AddressBeside(EniAttachment attachment, byte number)
    {
        var bytes = System.Net.IPNetwork.Parse(attachment.Status!.Network!.SubnetCidr!).BaseAddress.GetAddressBytes();
        bytes[3] += number;
        return new System.Net.IPAddress(bytes).ToString();
    }

    private static async Task<EniAttachment> AttachmentAsync(Stage stage) => Assert.Single(await stage.AttachmentsAsync("pods"));

    private static async Task<(EniAttachment One, EniAttachment Other)> BothAsync(Stage stage)
    {
        var both = (await stage.AttachmentsAsync("pods")).OrderBy(attachment => attachment.Metadata.Name, StringComparer.Ordinal).ToList();
        Assert.Equal(2, both.Count);
        return (both[0], both[1]);
    }

    private static async Task<IReadOnlyList<string>> EventsAsync(Stage stage, string reason) =>
        [.. (await RecordedAsync(stage, reason)).Select(item => item["message"]!.GetValue<string>())];

    private static async Task<int> TimesAsync(Stage stage, string reason) =>
        (await RecordedAsync(stage, reason)).Sum(item => item["count"]?.GetValue<int>() ?? 1);

    private static async Task<IEnumerable<JsonObject>> RecordedAsync(Stage stage, string reason) =>
        (await stage.Api.ListAsync("/api/v1/namespaces/default/events", Stage.Stop)).Where(item => item["reason"]!.GetValue<string>() == reason);

    private static Task UntilListedAsync(Stage stage, int secondaries) =>
        stage.UntilAsync(
            async () => (await AttachmentAsync(stage)).Status!.Network!.PrivateIps?.Count == 1 + secondaries,
            $"the status lists {secondaries} addresses for pods"
        );

    private static async Task<int> UntilWithdrawnAsync(Stage stage, EniAttachment attachment, string address)
    {
        var number = 0;
        await stage.UntilAsync(
            async () =>
            {
                var network = await NetworkAsync(stage, attachment);
                number = network.Withdrawal?.Number ?? 0;
                return network.Withdrawal?.Addresses?.Contains(address) == true && network.PrivateIps?.Contains(address) != true;
            },
            $"{attachment.Spec!.NodeName} is told to let go of {address}"
        );
        return number;
    }

    private static async Task<bool> HasAsync(Stage stage, EniAttachment attachment, string address) =>
        (await NetworkAsync(stage, attachment)).PrivateIps?.Contains(address) == true;

    private static async Task<NetworkStatus> NetworkAsync(Stage stage, EniAttachment attachment) =>
        (await stage.AttachmentsAsync(attachment.Spec!.NodeEniRef.Name))
            .Single(now => now.Metadata.Name == attachment.Metadata.Name)
            .Status!.Network!;

    private static Task UntilHasAsync(Stage stage, EniAttachment attachment, string address) =>
        stage.UntilAsync(() => HasAsync(stage, attachment, address), $"{attachment.Spec!.NodeName} has {address}");

    // The policy lets nobody but the ENI manager write this.
    internal static void Report(Stage stage, EniAttachment attachment, JsonObject use) =>
        stage.Cluster.Kubernetes.Store.Change(
            $"{Names.EniAttachmentPlural}.{Names.Group}",
            attachment.Metadata.Name,
            live => live["status"]!["device"]!["addresses"] = use.DeepClone(),
            WriteOptions.Status
        );

    internal static JsonObject Use(
        int free,
        int waiting = 0,
        IEnumerable<string>? used = null,
        IEnumerable<string>? requested = null,
        int? seen = null
    ) =>
        new()
        {
            ["seenWithdrawal"] = seen,
            ["free"] = free,
            ["waiting"] = waiting,
            ["used"] = Array(used),
            ["requested"] = Array(requested),
        };

    private static JsonArray Array(IEnumerable<string>? addresses) =>
        new([.. (addresses ?? []).Select(address => (JsonNode)new JsonObject { ["address"] = address, ["pod"] = "default/pod" })]);
}
