using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Api.NodeEnis;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.Ec2.Permissions;
using MultiEni.Controller.Kubernetes;
using MultiEni.Controller.Planning;
using MultiEni.Controller.Summary;

namespace MultiEni.Controller.Tests.Summary;

public sealed class SummarizerTests
{
    private static readonly NetworkResolution Resolved = new(
        A.Network(A.Subnet("subnet-a1")),
        new ConditionClaim(true, Reasons.Resolved, "subnet-a1"),
        new ConditionClaim(true, Reasons.Resolved, "sg-1")
    );

    [Fact]
    public void All_ready_is_ready()
    {
        var status = Summarize(A.NodeEni(), Outcome(desired: 2), [ReadyOne("a"), ReadyOne("b")], [], A.Noon);

        Assert.Equal((2, 2, 2, "2/2"), (status.DesiredEnis, status.AttachedEnis, status.ReadyEnis, status.Ready));
        Assert.True(status.Conditions.IsTrue(ConditionTypes.Ready));
        Assert.False(status.Conditions.IsTrue(ConditionTypes.Progressing));
        Assert.False(status.Conditions.IsTrue(ConditionTypes.Degraded));
    }

    [Fact]
    public void The_same_facts_a_minute_later_give_the_same_status()
    {
        var nodeEni = A.NodeEni();
        EniAttachment[] attachments = [ReadyOne("a")];
        nodeEni.Status = Summarize(nodeEni, Outcome(), attachments, [], A.Noon);

        var later = Summarize(nodeEni, Outcome(), attachments, [], A.Noon.AddMinutes(1));

        Assert.Equal(nodeEni.Status.Conditions, later.Conditions);
        Assert.Equal(nodeEni.Status.Attachments, later.Attachments);
    }

    [Fact]
    public void Only_a_changed_entry_gets_a_new_time()
    {
        var nodeEni = A.NodeEni();
        nodeEni.Status = Summarize(nodeEni, Outcome(2), [ReadyOne("a"), ReadyOne("b")], [], A.Noon);
        var changed = ReadyOne("b");
        changed.Status!.Device = new() { Mtu = 9001 };

        var later = Summarize(nodeEni, Outcome(2), [ReadyOne("a"), changed], [], A.Noon.AddMinutes(1));

        Assert.Equal([A.Noon, A.Noon.AddMinutes(1)], later.Attachments!.Select(entry => entry.LastUpdated!.Value));
    }

    [Fact]
    public void An_adopted_ENI_may_have_whatever_device_index_it_got_at_launch()
    {
        var attachment = ReadyOne("a");
        (attachment.Status!.Network!.DeviceIndex, attachment.Status.Network.Adopted) = (3, true);

        var status = Summarize(A.NodeEni(), Outcome(), [attachment], [], A.Noon);

        Assert.Equal(ConditionStatus.False, status.Conditions.Find(ConditionTypes.Degraded)!.Status);
    }

    [Fact]
    public void A_device_index_that_was_taken_is_reported_and_does_not_make_it_unready()
    {
        var attachment = ReadyOne("a");
        attachment.Status!.Network!.DeviceIndex = 3;

        var status = Summarize(A.NodeEni(), Outcome(), [attachment], [], A.Noon);

        var degraded = status.Conditions.Find(ConditionTypes.Degraded)!;
        Assert.Equal((ConditionStatus.True, Reasons.DeviceIndexTaken), (degraded.Status, degraded.Reason));
        Assert.Contains("device index 1 was taken, 3 is used", degraded.Message, StringComparison.Ordinal);
        Assert.True(status.Conditions.IsTrue(ConditionTypes.Ready));
    }

    [Theory]
    [InlineData(Reasons.Attaching, ConditionTypes.Progressing, ConditionTypes.Degraded)]
    [InlineData(Reasons.PciAddressMismatch, ConditionTypes.Degraded, ConditionTypes.Progressing)]
    public void What_needs_time_is_progress_and_what_needs_help_is_degraded(string reason, string holds, string doesNot)
    {
        var attachment = A.Attachment(conditions: A.Condition(ConditionTypes.Ready, false, reason, "why"));

        var status = Summarize(A.NodeEni(), Outcome(), [attachment], [], A.Noon);

        Assert.True(status.Conditions.IsTrue(holds));
        Assert.False(status.Conditions.IsTrue(doesNot));
        var ready = status.Conditions.Find(ConditionTypes.Ready)!;
        Assert.Equal((ConditionStatus.False, reason), (ready.Status, holds == ConditionTypes.Degraded ? ready.Reason : reason));
        Assert.Contains("node-1: why", ready.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unresolved_subnet_is_the_reason_that_users_see()
    {
        var unresolved = new NetworkResolution(
            null,
            new ConditionClaim(false, Reasons.SubnetNotFound, "subnet subnet-404 does not exist"),
            new ConditionClaim(false, Reasons.SubnetNotFound, "later")
        );

        var status = Summarize(A.NodeEni(), Outcome() with { Resolution = unresolved }, [], [], A.Noon);

        Assert.Equal(Reasons.SubnetNotFound, status.Conditions.Find(ConditionTypes.Ready)!.Reason);
        Assert.False(status.Conditions.IsTrue(ConditionTypes.SubnetsResolved));
    }

    [Fact]
    public void No_matching_node_is_reported_with_the_selector()
    {
        var status = Summarize(A.NodeEni(), Outcome(0) with { MatchedNodes = 0 }, [], [], A.Noon);

        var ready = status.Conditions.Find(ConditionTypes.Ready)!;
        Assert.Equal(Reasons.NoMatchingNodes, ready.Reason);
        Assert.Contains("ng=multi-eni", ready.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_message_names_the_first_nodes_and_counts_the_rest()
    {
        var problems = Enumerable.Range(1, 5).Select(i => new NodeProblem($"n{i}", Reasons.NoSubnetInZone, "no subnet", false)).ToList();

        var status = Summarize(A.NodeEni(), Outcome(0) with { Problems = problems }, [], [], A.Noon);

        Assert.Equal("n1: no subnet; n2: no subnet; n3: no subnet; and 2 more", status.Conditions.Find(ConditionTypes.Degraded)!.Message);
    }

    [Fact]
    public void Beyond_five_hundred_attachments_only_counts_are_kept()
    {
        var many = Enumerable.Range(0, 501).Select(i => ReadyOne($"n{i}")).ToList();

        var status = Summarize(A.NodeEni(), Outcome(501), many, [], A.Noon);

        Assert.Null(status.Attachments);
        Assert.True(status.AttachmentsTruncated);
        Assert.Equal("501/501", status.Ready);
    }

    [Fact]
    public void The_DPDK_fields_of_an_entry_tell_what_the_agent_reported()
    {
        var attachment = ReadyOne("a");
        attachment.Spec!.Device = new() { Use = DeviceUses.Bound, Driver = "vfio-pci" };
        attachment.Status!.Conditions!.Add(A.Condition(ConditionTypes.Bound, true));
        attachment.Status.Device = new()
        {
            Driver = "vfio-pci",
            PciAddress = "0000:00:06.0",
            ResourceName = "intel.com/x",
        };

        var entry = Assert.Single(Summarize(A.NodeEni(), Outcome(), [attachment], [], A.Noon).Attachments!);

        Assert.Equal(
            (true, "vfio-pci", "intel.com/x", "0000:00:06.0"),
            (entry.DpdkBound, entry.DpdkDriver, entry.DpdkResourceName, entry.DpdkPciAddress)
        );
    }

    [Fact]
    public void An_entry_tells_nothing_of_the_device_of_an_earlier_attachment()
    {
        var attachment = ReadyOne("a");
        attachment.Spec!.Device = new() { Use = DeviceUses.Bound, Driver = "vfio-pci" };
        attachment.Status!.Conditions!.Add(A.Condition(ConditionTypes.Bound, true));
        attachment.Status.Network!.AttachmentId = "eni-attach-2";
        attachment.Status.Device = new()
        {
            AttachmentId = "eni-attach-1",
            Driver = "vfio-pci",
            PciAddress = "0000:00:06.0",
            Mtu = 9001,
        };

        var status = Summarize(A.NodeEni(), Outcome(), [attachment], [], A.Noon);

        var entry = Assert.Single(status.Attachments!);
        Assert.Equal((false, null, null, null), (entry.DpdkBound, entry.DpdkDriver, entry.DpdkPciAddress, entry.Mtu));
        Assert.Equal(0, status.DpdkBoundEnis);
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 0)]
    public void A_device_that_was_given_back_is_not_bound_whatever_the_status_still_says(bool isHeld, int bound)
    {
        var attachment = ReadyOne("a");
        attachment.Spec!.Device = new() { Use = DeviceUses.Bound, Driver = "vfio-pci" };
        attachment.Status!.Conditions!.Add(A.Condition(ConditionTypes.Bound, true));
        attachment.Status.Device = new() { Driver = "vfio-pci" };
        attachment.Metadata.DeletionTimestamp = A.Noon;
        attachment.Metadata.Finalizers = isHeld ? [Names.EniFinalizer, Names.DeviceFinalizer] : [Names.EniFinalizer];

        var status = Summarize(A.NodeEni(), Outcome(), [attachment], [], A.Noon);

        var entry = Assert.Single(status.Attachments!);
        Assert.Equal((bound, isHeld, isHeld ? "vfio-pci" : null), (status.DpdkBoundEnis, entry.DpdkBound, entry.DpdkDriver));
    }

    [Fact]
    public void A_missing_permission_degrades_names_the_actions_and_leaves_ready_ENIs_ready()
    {
        DeniedPermission[] denied = [new("CreateNetworkInterface", "You are not authorized."), new("DeleteNetworkInterface", "x")];

        var status = Summarize(A.NodeEni(), Outcome(), [ReadyOne("a")], denied, A.Noon);

        var granted = status.Conditions.Find(ConditionTypes.PermissionsGranted)!;
        Assert.Equal((ConditionStatus.False, Reasons.Unauthorized), (granted.Status, granted.Reason));
        Assert.Contains("ec2:CreateNetworkInterface, ec2:DeleteNetworkInterface", granted.Message, StringComparison.Ordinal);
        Assert.Contains("You are not authorized.", granted.Message, StringComparison.Ordinal);
        Assert.Equal(Reasons.Unauthorized, status.Conditions.Find(ConditionTypes.Degraded)!.Reason);
        Assert.True(status.Conditions.IsTrue(ConditionTypes.Ready));
    }

    [Fact]
    public void The_condition_of_permissions_appears_with_the_first_missing_one_and_turns_true_when_it_is_granted()
    {
        var nodeEni = A.NodeEni();
        Assert.Null(Summarize(nodeEni, Outcome(), [ReadyOne("a")], [], A.Noon).Conditions.Find(ConditionTypes.PermissionsGranted));
        nodeEni.Status = Summarize(nodeEni, Outcome(), [ReadyOne("a")], [new("CreateTags", "no")], A.Noon);

        var status = Summarize(nodeEni, Outcome(), [ReadyOne("a")], [], A.Noon);

        Assert.True(status.Conditions.IsTrue(ConditionTypes.PermissionsGranted));
        Assert.False(status.Conditions.IsTrue(ConditionTypes.Degraded));
    }

    [Fact]
    public void Only_ENIs_with_the_planned_specification_count_and_what_holds_the_others_back_is_said()
    {
        var waiting = A.Attachment(
            "b",
            spec: s => s.NodeName = "b",
            conditions: A.Condition(ConditionTypes.Ready, false, Reasons.WaitingForDevice, "why")
        );
        var plan = Outcome(3) with
        {
            Outdated = new HashSet<string> { "uid-of-a", "uid-of-c" },
            HoldsBack = true,
            InTheWay = ["b"],
        };

        var status = Summarize(A.NodeEni(), plan, [ReadyOne("a"), waiting, ReadyOne("c")], [], A.Noon);

        Assert.Equal((0, "0/3"), (status.ReadyEnis, status.Ready));
        var ready = status.Conditions.Find(ConditionTypes.Ready)!;
        Assert.Equal((ConditionStatus.False, Reasons.RolloutInProgress), (ready.Status, ready.Reason));
        Assert.Equal(
            "2 of 3 ENIs still have the previous specification; the next are replaced when the ENIs of these nodes are ready: b: why",
            ready.Message
        );
    }

    [Theory]
    [InlineData(1, 0, ConditionStatus.False)]
    [InlineData(2, 1, ConditionStatus.True)]
    public void What_changes_in_place_counts_when_the_change_is_written(int generation, int counted, string isReady)
    {
        var changed = ReadyOne("a");
        changed.Metadata.Generation = generation;
        changed.Status!.Conditions = [.. changed.Status.Conditions!.Select(condition => condition with { ObservedGeneration = generation })];
        var plan = Outcome() with { Changing = new HashSet<(string, long?)> { ("uid-of-a", 1) } };

        var status = Summarize(A.NodeEni(), plan, [changed], [], A.Noon);

        Assert.Equal((isReady, counted), (status.Conditions.Find(ConditionTypes.Ready)!.Status, status.ReadyEnis));
        Assert.Equal(
            generation == 1 ? "the new specification of 1 ENIAttachments has not been written yet" : "nothing is in progress",
            status.Conditions.Find(ConditionTypes.Progressing)!.Message
        );
    }

    [Fact]
    public void Ready_as_formerly_specified_is_not_ready()
    {
        var changed = ReadyOne("a");
        changed.Metadata.Generation = 2;

        var status = Summarize(A.NodeEni(), Outcome(), [changed], [], A.Noon.AddDays(1));

        Assert.Equal((ConditionStatus.False, 0), (status.Conditions.Find(ConditionTypes.Ready)!.Status, status.ReadyEnis));
        Assert.False(status.Conditions.IsTrue(ConditionTypes.Degraded));
    }

    [Fact]
    public void Fewer_ENIs_than_planned_are_never_reported_Ready()
    {
        var status = Summarize(A.NodeEni(), Outcome(3), [ReadyOne("a")], [], A.Noon);

        Assert.False(status.Conditions.IsTrue(ConditionTypes.Ready));
        Assert.True(status.Conditions.IsTrue(ConditionTypes.Progressing));
        Assert.Equal("2 of 3 ENIAttachments do not exist yet", status.Conditions.Find(ConditionTypes.Progressing)!.Message);
    }

    [Fact]
    public void More_ENIs_than_planned_are_never_reported_Ready()
    {
        var plan = Outcome(1) with { Unwanted = new HashSet<string> { "uid-of-b" } };

        var status = Summarize(A.NodeEni(), plan, [ReadyOne("a"), ReadyOne("b")], [], A.Noon);

        Assert.Equal((ConditionStatus.False, 1), (status.Conditions.Find(ConditionTypes.Ready)!.Status, status.ReadyEnis));
        Assert.Contains("1 ENIs that are no longer wanted", status.Conditions.Find(ConditionTypes.Ready)!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_API_server_refuses_degrades_in_its_own_words()
    {
        WriteFailure[] refused = [new("eniattachments", new(null, "x"), "apply eniattachments x: 422 Invalid: too long")];

        var status = Summarizer.Summarize(A.NodeEni(), Outcome(2), [ReadyOne("a")], null, [], refused, A.Noon);

        var degraded = status.Conditions.Find(ConditionTypes.Degraded)!;
        Assert.Equal(
            (ConditionStatus.True, Reasons.KubernetesApiError, "apply eniattachments x: 422 Invalid: too long"),
            (degraded.Status, degraded.Reason, degraded.Message)
        );
        Assert.Equal(Reasons.KubernetesApiError, status.Conditions.Find(ConditionTypes.Ready)!.Reason);
    }

    [Fact]
    public void Retained_ENIs_are_counted_and_the_first_of_them_listed()
    {
        var nodeEni = A.NodeEni();
        nodeEni.Spec!.RetainPolicy = RetainPolicies.Retain;
        NodeEniStatus Retaining(params IReadOnlyList<EniRow>? rows) => Summarizer.Summarize(nodeEni, Outcome(0), [], rows, [], [], A.Noon);
        var row = A.Row("eni-0a") with { PrivateIps = ["10.0.0.9", "10.0.0.10"], ElasticIp = new("eipalloc-1", "eipassoc-1", "203.0.113.9") };

        var status = Retaining(row with { Tags = new Dictionary<string, string>(row.Tags) { [EniTags.Node] = "node-gone" } });
        Assert.Equal(1, status.RetainedEnis);
        Assert.Equal(
            new RetainedEni
            {
                EniId = "eni-0a",
                SubnetId = row.SubnetId,
                PrivateIp = "10.0.0.9",
                PublicIp = "203.0.113.9",
                NodeId = "node-gone",
            },
            Assert.Single(status.Retained!)
        );

        var many = Retaining([.. Enumerable.Range(0, 250).Select(number => row with { EniId = $"eni-{number:000}" })]);
        Assert.Equal((250, 100), (many.RetainedEnis, many.Retained!.Count));
        Assert.Equal((0, null), (Retaining([]).RetainedEnis, Retaining([]).Retained));

        // What is not known is as it was.
        nodeEni = nodeEni with
        {
            Status = many,
        };
        Assert.Equal((250, 100), (Retaining(null).RetainedEnis, Retaining(null).Retained!.Count));
        nodeEni = nodeEni with { Spec = nodeEni.Spec with { RetainPolicy = RetainPolicies.Delete } };
        Assert.Null(Retaining(row).RetainedEnis);
    }

    private static NodeEniStatus Summarize(
        NodeEni nodeEni,
        PlanOutcome plan,
        IReadOnlyList<EniAttachment> attachments,
        IReadOnlyList<DeniedPermission> denied,
        DateTimeOffset now
    ) => Summarizer.Summarize(nodeEni, plan, attachments, null, denied, [], now);

    private static PlanOutcome Outcome(int desired = 1) => new(1, 1, desired, Resolved, [], new Dictionary<string, int>());

    private static EniAttachment ReadyOne(string node) =>
        A.Attachment(
            name: node,
            spec: s => s.NodeName = node,
            network: new NetworkStatus
            {
                State = EniState.Attached,
                EniId = $"eni-{node}",
                DeviceIndex = 1,
            },
            conditions: [A.Condition(ConditionTypes.Attached, true), A.Condition(ConditionTypes.Ready, true)]
        );
}
