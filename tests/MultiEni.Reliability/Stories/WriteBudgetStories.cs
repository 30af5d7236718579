using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Reliability.Lab;
using MultiEni.Simulator.Ec2;
using MultiEni.Simulator.Kubernetes;

namespace MultiEni.Reliability.Stories;

/// <summary>
/// What an ENI costs the API server, which is bound by the number of writes: exact limits, behind
/// watches that lag as those of a real server do. The agents say nothing, so that all writes but
/// theirs are counted.
/// </summary>
public sealed class WriteBudgetStories : Story
{
    private const string Planned = "patch eniattachments";
    private const string Told = "patch eniattachments/status";
    private const string Deleted = "delete eniattachments";
    private const int Nodes = 40;
    private const int Enis = 2 * Nodes;

    // From EC2's answer to that it shows the change: below the five seconds after which an ENI that
    // waits is told of.
    private static readonly Ec2Latencies Quick = new()
    {
        Call = TimeSpan.FromSeconds(0.05),
        Create = TimeSpan.FromSeconds(0.2),
        Attach = TimeSpan.FromSeconds(0.5),
        Detach = TimeSpan.FromSeconds(0.5),
    };

    private static ClusterOptions Lagging(int seed) =>
        Alone with
        {
            Nodes = Nodes,
            Latencies = Quick,
            WatchLag = new WatchLag(TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(300), seed),
            Ec2 = ec2 => ec2 with { Throttling = Ec2Throttling.Off },
            Controller = Alone.Controller with { Ec2RateProfile = 100 },
        };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task An_ENI_costs_its_creation_and_one_status_and_then_its_deletion_and_a_finalizer(int seed)
    {
        var cluster = await StartAsync(Lagging(seed));
        cluster.Agents.AreSilent = true;
        cluster.StartController();
        await WaitAsync(TimeSpan.FromSeconds(35));

        var up = WriteCounts.Begin(cluster);
        cluster.Apply(Fleet);
        await AttachedAsync(cluster);
        await WaitAsync(TimeSpan.FromMinutes(1));

        Assert.Equal((Enis, Enis, 0), (up.Of(Planned), up.Of(Told), up.Of(Deleted)));
        Assert.Empty(up.Refused);
        Assert.InRange(up.Of("create events") + up.Of("patch events"), 1, 5);
        Assert.InRange(up.Of("patch nodeenis") + up.Of("patch nodeenis/status"), 1, 10);

        var down = WriteCounts.Begin(cluster);
        cluster.Delete(Fleet.Name);
        await EmptyAsync(cluster);

        Assert.Equal((Enis, 0, Enis), (down.Of(Planned), down.Of(Told), down.Of(Deleted)));
        Assert.Empty(down.Refused);
        Assert.InRange(down.Of("create events") + down.Of("patch events"), 1, 10);
        Assert.InRange(down.Of("patch nodeenis") + down.Of("patch nodeenis/status"), 1, 10);
    }

    [Fact]
    public async Task With_agents_an_ENI_costs_one_status_more_which_says_that_it_is_ready()
    {
        var cluster = await StartAsync(Lagging(1));
        cluster.StartController();
        await WaitAsync(TimeSpan.FromSeconds(35));

        var up = WriteCounts.Begin(cluster);
        cluster.Apply(Fleet);
        await ReadyAsync(cluster, Nodes);
        await WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Equal((Enis, 2 * Enis, 0), (up.Of(Planned), up.Of(Told), up.Of(Deleted)));
        Assert.Empty(up.Refused);

        var down = WriteCounts.Begin(cluster);
        cluster.Delete(Fleet.Name);
        await EmptyAsync(cluster);
        Assert.Equal((Enis, 0, Enis), (down.Of(Planned), down.Of(Told), down.Of(Deleted)));
        Assert.Empty(down.Refused);
    }

    /// <summary>A thousand nodes with the same fault are one thing to look at.</summary>
    [Fact]
    public async Task Trouble_on_every_node_is_tens_of_events_whose_last_one_counts_the_rest()
    {
        var cluster = await StartAsync(Lagging(1));
        cluster.Agents.Fault = "the driver module vfio-pci is not loaded";
        cluster.StartController();
        var up = WriteCounts.Begin(cluster);

        cluster.Apply(Fleet);
        await AttachedAsync(cluster);
        await WaitAsync(TimeSpan.FromMinutes(1));

        var warnings = cluster
            .Kubernetes.Store.List("events")
            .Where(told => told["reason"]!.GetValue<string>() == "DeviceRefused")
            .OrderBy(told => told["count"]!.GetValue<int>())
            .ToList();
        Assert.Equal(Enis, warnings.Sum(told => told["count"]!.GetValue<int>()));
        Assert.Contains(cluster.Agents.Fault, warnings[^1]["message"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.InRange(up.Of("create events") + up.Of("patch events"), 11, 30);
    }

    [Fact]
    public async Task An_ENI_that_waits_for_EC2_says_so_once_after_five_seconds_and_once_on_its_way_down()
    {
        var slow = TimeSpan.FromSeconds(12);
        var cluster = await StartAsync(Lagging(1) with { Latencies = Quick with { Attach = slow, Detach = slow } });
        cluster.Agents.AreSilent = true;
        cluster.StartController();
        await WaitAsync(TimeSpan.FromSeconds(35));

        var up = WriteCounts.Begin(cluster);
        cluster.Apply(Fleet);
        await UntilAsync(cluster, () => cluster.EniAttachments.Count == Enis, "all are planned");
        await WaitAsync(TimeSpan.FromSeconds(4));
        Assert.Equal(0, up.Of(Told));
        await WaitAsync(TimeSpan.FromSeconds(6));
        Assert.Equal(Enis, up.Of(Told));
        Assert.Equal([Reasons.Attaching], cluster.EniAttachments.Select(attachment => Ready(attachment)?.Reason).Distinct());
        await AttachedAsync(cluster);
        Assert.Equal((Enis, 2 * Enis), (up.Of(Planned), up.Of(Told)));
        Assert.Empty(up.Refused);

        var down = WriteCounts.Begin(cluster);
        cluster.Delete(Fleet.Name);
        await UntilAsync(cluster, () => cluster.EniAttachments.All(attachment => attachment.Metadata.IsBeingDeleted), "all are going");
        await WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(
            [(EniState.Detaching, Reasons.Detaching)],
            cluster.EniAttachments.Select(attachment => (attachment.Status!.Network!.State, Ready(attachment)?.Reason ?? "")).Distinct()
        );
        await EmptyAsync(cluster);
        Assert.Equal((Enis, Enis, Enis), (down.Of(Planned), down.Of(Told), down.Of(Deleted)));
        Assert.Empty(down.Refused);
    }

    /// <summary>
    /// No token is used up while EC2 is not asked, so that nothing new is to be written.
    /// </summary>
    [Fact]
    public async Task An_ENI_that_vanished_uses_up_no_attempts_while_its_subnet_is_full()
    {
        var cluster = await StartAsync();
        var first = cluster.StartController();
        cluster.Apply(Fleet);
        await ReadyAsync(cluster);
        first.Kill();
        var network = cluster.EniAttachments[0].Status!.Network!;
        await cluster.DetachAsync(network.AttachmentId!);
        await UntilAsync(cluster, () => cluster.Ec2.World.FindNetworkInterface(network.EniId!)!.Attachment is null, "it is detached");
        await cluster.DeleteEniAsync(network.EniId!);
        cluster.Ec2.Faults.FailNext("CreateNetworkInterface", 1000, "InsufficientFreeAddressesInSubnet");
        var writes = WriteCounts.Begin(cluster);

        cluster.StartController();
        await WaitAsync(TimeSpan.FromMinutes(10));

        Assert.InRange(Calls(cluster, "CreateNetworkInterface"), 3, 9);
        Assert.InRange(writes.Of(Told), 1, 10);
        Assert.InRange(cluster.EniAttachments.Max(attachment => attachment.Status!.Network!.Attempt ?? 0), 1, 2);
        cluster.Ec2.Faults.Clear();
        await ReadyAsync(cluster, limit: TimeSpan.FromMinutes(10));
    }

    [Fact]
    public async Task What_EC2_refused_once_is_not_reported_when_it_is_asked_again_after_it_took_it()
    {
        var cluster = await StartAsync();
        cluster.Ec2.Faults.FailNext("AttachNetworkInterface", 2, "UnauthorizedOperation");
        cluster.StartController();
        cluster.Apply(Fleet);
        await UntilAsync(
            cluster,
            () => cluster.EniAttachments is [var one, ..] && Ready(one) is { Status: ConditionStatus.False, Reason: Reasons.Unauthorized },
            "the refusal is reported"
        );
        await ReadyAsync(cluster, limit: TimeSpan.FromMinutes(20));

        cluster.Ec2.Faults.SlowNextAnswers("AttachNetworkInterface", 1, TimeSpan.FromSeconds(12));
        var network = cluster.EniAttachments[0].Status!.Network!;
        await cluster.DetachAsync(network.AttachmentId!);
        await UntilAsync(
            cluster,
            () => cluster.Ec2.World.FindNetworkInterface(network.EniId!)!.Attachment is { } again && again.Id != network.AttachmentId,
            "it is attached again"
        );
        await WaitAsync(TimeSpan.FromSeconds(8));

        Assert.Equal(
            [Reasons.Attaching, Reasons.Ready],
            cluster.EniAttachments.Select(one => Ready(one)?.Reason ?? "").Order(StringComparer.Ordinal)
        );
    }

    /// <summary>
    /// EC2's quotas make most of a fleet wait, in line and for the tokens of their calls.
    /// </summary>
    [Fact]
    public async Task ENIs_that_wait_for_their_turn_say_so_once_in_each_direction()
    {
        const int nodes = 75;
        var cluster = await StartAsync(Lagging(1) with { Nodes = nodes, Controller = Alone.Controller, Ec2 = ec2 => ec2 });
        cluster.Agents.AreSilent = true;
        cluster.StartController();
        await WaitAsync(TimeSpan.FromSeconds(35));

        var up = WriteCounts.Begin(cluster);
        cluster.Apply(Fleet);
        await UntilAsync(cluster, () => cluster.EniAttachments.Count == 2 * nodes, "all are planned");
        await WaitAsync(TimeSpan.FromSeconds(14));
        var waiting = cluster.EniAttachments.Where(attachment => !attachment.Status?.Conditions.IsTrue(ConditionTypes.Attached) ?? true).ToList();
        Assert.InRange(waiting.Count, 20, 2 * nodes);
        Assert.Empty(waiting.Where(attachment => Ready(attachment)?.Reason is not (Reasons.Creating or Reasons.Attaching)).Select(Name));
        await UntilAsync(cluster, () => cluster.NodeEni(Fleet.Name)?.Status?.AttachedEnis == 2 * nodes, "all are attached");
        Assert.InRange(up.Of(Told), (2 * nodes) + 1, 4 * nodes);
        Assert.Empty(up.Refused);

        var down = WriteCounts.Begin(cluster);
        cluster.Delete(Fleet.Name);
        await UntilAsync(cluster, () => cluster.EniAttachments.All(attachment => attachment.Metadata.IsBeingDeleted), "all are going");
        await WaitAsync(TimeSpan.FromSeconds(14));
        Assert.Empty(
            cluster.EniAttachments.Where(attachment => Ready(attachment)?.Reason is not (Reasons.Detaching or Reasons.Deleting)).Select(Name)
        );
        await EmptyAsync(cluster);
        Assert.InRange(down.Of(Told), 1, 2 * nodes);
        Assert.Empty(down.Refused);
    }

    private static string Name(EniAttachment attachment) => $"{attachment.Metadata.Name}: {Ready(attachment)?.Reason}";

    private static Condition? Ready(EniAttachment attachment) => attachment.Status?.Conditions.Find(ConditionTypes.Ready);

    private static Task AttachedAsync(Cluster cluster) =>
        UntilAsync(cluster, () => cluster.NodeEni(Fleet.Name)?.Status?.AttachedEnis == Enis, "all are attached");
}
