using System.Collections.Concurrent;
using MultiEni.Reliability.Lab;
using MultiEni.Simulator.Ec2;

namespace MultiEni.Reliability.Crashes;

/// <summary>
/// One flow in an empty cluster, which is empty again afterwards, with one crash in it or none.
/// </summary>
internal sealed class CrashRun(CrashFlow flow, CrashPoint? point, CrashConditions conditions)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(30);
    private readonly ConcurrentDictionary<string, int> _calls = new();
    private TaskCompletionSource _killed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _counting;
    private int _struck;

    /// <summary>Whether the point came up.</summary>
    public bool Struck => _struck > 0;

    /// <summary>How often each call was made since the flow began.</summary>
    public IReadOnlyDictionary<string, int> Calls => _calls;

    /// <summary>Calls that can change something, by name.</summary>
    public ConcurrentDictionary<string, bool> Writes { get; } = new();

    /// <summary>Writes of ENI managers to their nodes: no answer of those can be lost.</summary>
    public ConcurrentDictionary<string, bool> OnNode { get; } = new();

    /// <summary>Runs to the end.</summary>
    /// <returns>What was wrong, or null.</returns>
    public async Task<string?> RunAsync(Cluster cluster)
    {
        try
        {
            await PlayAsync(cluster);
            return null;
        }
        catch (ReliabilityException wrong)
        {
            var ec2 = cluster
                .Ec2.Counters.Snapshot()
                .Timeline.TakeLast(25)
                .Select(call => $"{call.ReceivedAt:mm:ss} {call.Action} {call.ResourceId} {call.ErrorCode}");
            return $"{flow.Name}, {conditions.Name}: {point}: {wrong.Message}\n{string.Join('\n', ec2)}\n{cluster.Log}";
        }
    }

    private async Task PlayAsync(Cluster cluster)
    {
        // What the last test left of ENIs that stay must be what EC2 shows.
        await Task.Delay(conditions.Cluster.StaleReads, cluster.Time);
        cluster.Decide = Decide;
        var controller = flow.Before is null ? null : cluster.StartController();
        if (flow.Before is not null)
        {
            cluster.Apply(flow.Before);
            await cluster.UntilAsync(() => Outcome.LacksReadiness(cluster, flow.Before, nodes: 1), Patience, "the state before");
        }

        var before = cluster.OurEnis;
        _counting = true;
        flow.Begin(cluster);
        controller ??= cluster.StartController();
        var done = EndAsync(cluster, before);
        while (await Task.WhenAny(done, _killed.Task, controller.Ended) != done)
        {
            // As a kubelet does, also for one that gave up because it lost the lease.
            await controller.EndAsync();
            _killed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            controller = cluster.StartController();
        }

        await done;
        _counting = false;
        await LeaksAreGoneAsync(cluster);
        if (flow.After is not null)
        {
            cluster.Delete(flow.After.Name);
            await cluster.UntilAsync(() => Outcome.HasLeftovers(cluster), Patience, "the deletion afterwards");
        }
    }

    private async Task EndAsync(Cluster cluster, IReadOnlyList<NetworkInterface> before)
    {
        if (!flow.ReplacesNode)
        {
            await cluster.UntilAsync(() => flow.Lacks(cluster), Patience, "the end");
            return;
        }

        await cluster.UntilAsync(
            () => cluster.EniAttachments is [var left, ..] ? $"{left.Metadata.Name} is left" : null,
            Patience,
            "the end of the node's ENIAttachments"
        );
        cluster.AddNode();
        await cluster.UntilAsync(() => flow.Lacks(cluster), Patience, "the end");
        foreach (var eni in before)
        {
            if (!cluster.OurEnis.Any(now => (now.Id, now.MacAddress, now.PrivateIps[0]) == (eni.Id, eni.MacAddress, eni.PrivateIps[0])))
            {
                throw new ReliabilityException($"{eni.Id} was to be retained and is not on the new node");
            }
        }
    }

    // Two passes of the leak search: one that sees an ENI that nobody wants, one that deletes it.
    private async Task LeaksAreGoneAsync(Cluster cluster)
    {
        if (flow.After is null)
        {
            return;
        }

        if (Outcome.HasStrays(cluster) is not null)
        {
            await cluster.UntilAsync(
                () => Outcome.HasStrays(cluster),
                conditions.Cluster.Controller.ReconcilePeriod * 3.5,
                "an ENI for each slot and no other"
            );
        }

        if (Outcome.LacksReadiness(cluster, flow.After, nodes: 1) is { } lack)
        {
            throw new ReliabilityException($"it was ready and is so no more: {lack}");
        }
    }

    private CallFate Decide(LabCall call, CallMoment moment)
    {
        if (!_counting)
        {
            return CallFate.Pass;
        }

        var ordinal = moment == CallMoment.Before ? _calls.AddOrUpdate(call.Name, 1, (_, before) => before + 1) : _calls.GetValueOrDefault(call.Name);
        Writes[call.Name] = call.IsWrite;
        OnNode[call.Name] = call.IsOnNode;
        if (
            point is null
            || point.Call != call.Name
            || point.Ordinal > ordinal
            || (moment == CallMoment.Before) != (point.Mode == CrashMode.KilledBefore)
        )
        {
            return CallFate.Pass;
        }

        if (Interlocked.Exchange(ref _struck, 1) != 0)
        {
            return CallFate.Pass;
        }

        if (point.Mode == CrashMode.AnswerLost)
        {
            return CallFate.Lose;
        }

        // Whoever supervises an ENI manager sees it end.
        if (!call.IsByManager)
        {
            _killed.TrySetResult();
        }

        return CallFate.Kill;
    }
}
