using System.Text.Json.Nodes;
using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Reliability.Crashes;
using MultiEni.Reliability.Lab;

namespace MultiEni.Reliability.Stories;

/// <summary>
/// What was seen to go wrong in the Go controller, by its number in the list of weaknesses, and
/// does not here.
/// </summary>
public sealed class WeaknessStories : Story
{
    private const string Theirs = "example.com/keep";

    /// <summary>
    /// W2: no client token, no adoption, and a record that is written only after everything worked.
    /// </summary>
    [Theory]
    [InlineData(nameof(CrashMode.KilledAfter))]
    [InlineData(nameof(CrashMode.AnswerLost))]
    public async Task A_create_call_whose_answer_nobody_got_makes_no_second_ENI_and_leaks_none(string mode)
    {
        var run = new CrashRun(
            CrashFlow.All.Single(flow => flow.Name == "create"),
            new CrashPoint("CreateNetworkInterface", 1, Enum.Parse<CrashMode>(mode)),
            CrashConditions.Elected
        );

        Assert.Null(await run.RunAsync(await StartAsync(CrashConditions.Elected.Cluster)));

        Assert.True(run.Struck);
    }

    /// <summary>
    /// W2: an ENI that lost its object, by force or by accident, is found by its tags.
    /// </summary>
    [Fact]
    public async Task An_ENI_that_lies_about_with_our_tags_and_without_an_attachment_is_deleted_after_two_sweeps()
    {
        var cluster = await StartReadyAsync();
        var attachment = cluster.EniAttachments[0].Metadata.Name;
        cluster.Decide = (call, _) => call.Name == "DeleteNetworkInterface" ? new CallFate.Ec2Refuses("DependencyViolation") : CallFate.Pass;
        cluster.Delete("fleet");
        await UntilAsync(cluster, () => cluster.OurEnis.All(row => row.Attachment is null), "all ENIs are detached");

        cluster.Kubernetes.Store.Change(Objects.Attachments, attachment, live => live["metadata"]!["finalizers"] = new JsonArray());
        cluster.Decide = null;

        await EmptyAsync(cluster, TimeSpan.FromMinutes(5));
    }

    /// <summary>
    /// W3: the Go controller "verifies" by a DetachNetworkInterface call, and forgets what was
    /// detached by hand.
    /// </summary>
    [Fact]
    public async Task Whether_an_ENI_is_attached_is_read_and_never_tried_out_by_a_detach()
    {
        var cluster = await StartReadyAsync();

        await WaitAsync(TimeSpan.FromMinutes(5));

        Assert.Equal(0, Calls(cluster, "DetachNetworkInterface"));
    }

    /// <summary>W3.</summary>
    [Fact]
    public async Task An_ENI_that_was_detached_by_hand_is_attached_again_and_neither_forgotten_nor_made_anew()
    {
        var cluster = await StartReadyAsync();
        var row = cluster.OurEnis[0];
        var before = cluster.OurEnis.Select(eni => eni.Id).Order().ToList();

        await cluster.DetachAsync(row.Attachment!.Id);
        await UntilAsync(cluster, () => cluster.OurEnis.Any(eni => eni.Attachment is null), "it is detached");
        await ReadyAsync(cluster);

        Assert.Equal(before, cluster.OurEnis.Select(eni => eni.Id).Order());
    }

    /// <summary>
    /// What an agent said of the device of an attachment that is over is no answer about the next,
    /// however long the agent is silent.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_ENI_that_was_attached_or_made_anew_is_not_ready_before_the_agent_has_seen_its_device(bool isMadeAnew)
    {
        var cluster = await StartReadyAsync();
        var lost = cluster.OurEnis[0];
        cluster.Agents.AreSilent = true;

        await cluster.DetachAsync(lost.Attachment!.Id);
        await UntilAsync(cluster, () => cluster.OurEnis.Any(eni => eni.Attachment is null), "it is detached");
        if (isMadeAnew)
        {
            await cluster.DeleteEniAsync(lost.Id);
        }

        await UntilAsync(cluster, () => Network()?.AttachmentId is { } id && id != lost.Attachment.Id, "it is attached anew");
        await WaitAsync(TimeSpan.FromMinutes(10));
        Assert.Equal(isMadeAnew, Network()!.EniId != lost.Id);
        Assert.Equal(Reasons.WaitingForDevice, Attachment().Status!.Conditions.Find(ConditionTypes.Ready)!.Reason);
        Assert.Equal(1, cluster.NodeEni("fleet")!.Status!.ReadyEnis);

        cluster.Agents.AreSilent = false;
        cluster.Agents.Wake();
        await ReadyAsync(cluster);

        EniAttachment Attachment() => cluster.EniAttachments.Single(attachment => attachment.Metadata.Name == lost.Tags[Objects.Slot]);
        NetworkStatus? Network() => Attachment().Status?.Network;
    }

    /// <summary>
    /// W11: the Go controller judges a fresh ENI by a description that does not show it yet, and
    /// drops or deletes it.
    /// </summary>
    [Fact]
    public async Task A_fresh_ENI_that_EC2_does_not_show_reliably_yet_is_waited_for_and_neither_dropped_nor_made_again()
    {
        var cluster = await StartReadyAsync(
            Alone with
            {
                StaleReads = TimeSpan.FromSeconds(15),
                Ec2 = options => options with { CreationVisibleAfter = TimeSpan.FromSeconds(15), InvisibleShare = 0.6 },
            }
        );

        Assert.Equal(2, cluster.Ec2.Counters.Snapshot()["CreateNetworkInterface"].Succeeded);
        Assert.Equal(0, Calls(cluster, "DetachNetworkInterface") + Calls(cluster, "DeleteNetworkInterface"));
    }

    /// <summary>
    /// W24: the Go controller answers a conflict with a stale copy of the whole status.
    /// </summary>
    [Fact]
    public async Task What_the_agent_wrote_survives_when_the_controllers_status_writes_fail_and_are_repeated()
    {
        var cluster = await StartReadyAsync();
        var failures = 0;
        cluster.Decide = (call, moment) =>
            call.Name == "patch eniattachments/status" && moment == CallMoment.Before && Interlocked.Increment(ref failures) <= 4
                ? new CallFate.KubernetesRefuses(failures % 2 == 0 ? 409 : 500)
                : CallFate.Pass;

        await cluster.DetachAsync(cluster.OurEnis[0].Attachment!.Id);
        await UntilAsync(cluster, () => failures > 4, "writes failed and were repeated");
        await ReadyAsync(cluster);

        Assert.All(cluster.EniAttachments, attachment => Assert.Equal("0000:00:06.0", attachment.Status!.Device!.PciAddress));
        Assert.All(cluster.EniAttachments, attachment => Assert.Contains(attachment.Status!.Conditions!, c => c.Type == ConditionTypes.Configured));
    }

    /// <summary>W24: the same for finalizers, which a merge patch replaces as a list.</summary>
    [Fact]
    public async Task A_finalizer_that_somebody_adds_while_the_controller_adds_its_own_is_kept()
    {
        var cluster = await StartAsync();
        var added = 0;
        cluster.Decide = (call, moment) =>
        {
            if (call.Name == "patch nodeenis" && moment == CallMoment.Before && Interlocked.Exchange(ref added, 1) == 0)
            {
                cluster.Kubernetes.Store.Change(Objects.NodeEnis, "fleet", live => live["metadata"]!["finalizers"] = new JsonArray(Theirs));
            }

            return CallFate.Pass;
        };
        cluster.StartController();
        cluster.Apply(Fleet);
        await ReadyAsync(cluster);

        Assert.Equal([Theirs, Names.NodeEniFinalizer], cluster.NodeEni("fleet")!.Metadata.Finalizers!);
    }

    /// <summary>W24.</summary>
    [Fact]
    public async Task A_finalizer_that_somebody_removes_while_the_controller_removes_its_own_stays_removed()
    {
        var cluster = await StartReadyAsync();
        var name = cluster.EniAttachments[0].Metadata.Name;
        cluster.Kubernetes.Store.Change(Objects.Attachments, name, live => live["metadata"]!["finalizers"]!.AsArray().Add((JsonNode)Theirs));
        cluster.Decide = (call, moment) =>
        {
            if (call.Name == "patch eniattachments" && moment == CallMoment.Before && call.Target == name)
            {
                cluster.Kubernetes.Store.Change(
                    Objects.Attachments,
                    name,
                    live => live["metadata"]!["finalizers"] = new JsonArray(Names.EniFinalizer)
                );
            }

            return CallFate.Pass;
        };

        cluster.Delete("fleet");

        await EmptyAsync(cluster);
    }

    /// <summary>
    /// W25: the Go controller goes through nodes and subnets one after the other, with waits of
    /// fifteen seconds and more.
    /// </summary>
    [Fact]
    public async Task A_node_for_which_EC2_is_slow_holds_up_no_other_node()
    {
        var cluster = await StartAsync(Alone with { Nodes = 10 });
        var slow = cluster.Kubernetes.Store.Get("nodes", "node-1")["spec"]!["providerID"]!.GetValue<string>().Split('/')[^1];
        cluster.Decide = (call, moment) =>
            call.Name == "AttachNetworkInterface" && call.InstanceId == slow && moment == CallMoment.Before
                ? new CallFate.IsSlow(TimeSpan.FromMinutes(2))
                : CallFate.Pass;
        cluster.StartController();
        cluster.Apply(Fleet);

        await UntilAsync(cluster, () => cluster.NodeEni("fleet")?.Status?.ReadyEnis == 18, "nine nodes are ready", TimeSpan.FromSeconds(45));

        Assert.All(cluster.EniAttachments.Where(attachment => attachment.Spec!.InstanceId == slow), a => Assert.Null(a.Status?.Network?.DeviceIndex));
        await ReadyAsync(cluster, nodes: 10, TimeSpan.FromMinutes(10));
    }

    /// <summary>W25: its waits do not end when the process is asked to.</summary>
    [Fact]
    public async Task A_controller_that_waits_for_a_slow_call_ends_within_its_grace_period()
    {
        var cluster = await StartAsync();
        var waiting = false;
        cluster.Decide = (call, moment) =>
        {
            if (call.Name != "AttachNetworkInterface" || moment != CallMoment.Before)
            {
                return CallFate.Pass;
            }

            waiting = true;
            return new CallFate.IsSlow(TimeSpan.FromMinutes(30));
        };
        var controller = cluster.StartController();
        cluster.Apply(Fleet);
        await UntilAsync(cluster, () => waiting, "the call is under way");

        var begin = Time.GetTimestamp();
        await controller.EndAsync();

        Assert.InRange(Time.GetElapsedTime(begin), TimeSpan.Zero, TimeSpan.FromSeconds(20));
    }
}
