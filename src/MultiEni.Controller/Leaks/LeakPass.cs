using Microsoft.Extensions.Logging;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.Ec2.Failures;
using MultiEni.Controller.Ec2.Inventory;
using MultiEni.Controller.Kubernetes;
using MultiEni.Controller.Telemetry;
using MultiEni.Operator.Events;

namespace MultiEni.Controller.Leaks;

/// <summary>
/// Deletes ENIs of ours that nobody wants any more, after a sweep, and releases those that were
/// adopted. What it has seen before is in memory: a restart only delays.
/// </summary>
internal sealed class LeakPass(
    EniInventory inventory,
    ClusterView cluster,
    Ec2Client ec2,
    EventRecorder events,
    Func<EniRow, bool> isRetained,
    LeakLimits limits,
    TimeProvider time,
    ILogger logger
)
{
    private IReadOnlyDictionary<string, DateTimeOffset> _candidates = new Dictionary<string, DateTimeOffset>();
    private bool _wasBlocked;

    /// <summary>ENIs that look leaked at present.</summary>
    public int Candidates => _candidates.Count;

    /// <summary>Whether the brake holds: too many look leaked for it to be true.</summary>
    public bool Blocked { get; private set; }

    /// <summary>
    /// One pass over what the last sweep read. The cloud was read before the cluster, so an
    /// attachment made since is wanted.
    /// </summary>
    public async Task RunAsync(ControllerMetrics metrics, CancellationToken cancellationToken)
    {
        var rows = inventory.Rows();
        var verdict = LeakDecision.Decide(rows, slot => cluster.Attachment(slot) is not null, isRetained, _candidates, time.GetUtcNow(), limits);
        foreach (var row in rows.Where(row => verdict.Candidates.ContainsKey(row.EniId) && !_candidates.ContainsKey(row.EniId)))
        {
            metrics.LeakFound(LeakReasons.Metric(ReasonOf(row)));
        }

        _candidates = verdict.Candidates;
        Blocked = verdict.Blocked is not null;
        if (verdict.Blocked is not null)
        {
            ControllerLog.LeakPassBlocked(logger, verdict.Blocked);
        }
        else if (_wasBlocked)
        {
            ControllerLog.LeakPassReleased(logger);
        }

        _wasBlocked = Blocked;
        foreach (var row in verdict.Delete)
        {
            await DeleteAsync(row, metrics, cancellationToken);
        }

        foreach (var row in verdict.Release)
        {
            await ReleaseAsync(row, cancellationToken);
        }
    }

    private async Task ReleaseAsync(EniRow row, CancellationToken cancellationToken)
    {
        try
        {
            await ec2.ReleaseAsync(row, EniTags.OfAdoption, CallPriority.LeakCleanup, cancellationToken);
            ControllerLog.OrphanReleased(logger, row.EniId, row.Slot!);
        }
        catch (Ec2CallException failed)
        {
            ControllerLog.OrphanNotReleased(logger, row.EniId, failed.Failure.ToString());
        }
    }

    private async Task DeleteAsync(EniRow row, ControllerMetrics metrics, CancellationToken cancellationToken)
    {
        var reason = ReasonOf(row);
        try
        {
            await ec2.DeleteAsync(EniId.Parse(row.EniId, null), CallPriority.LeakCleanup, cancellationToken);
            ControllerLog.LeakDeleted(logger, row.EniId, row.Slot!, LeakReasons.Metric(reason));
            metrics.LeakDeleted(LeakReasons.Metric(reason));
            if (cluster.NodeEni(row.Tags.GetValueOrDefault("NodeENI", "")) is { } nodeEni)
            {
                events.Record(
                    NodeEniReferences.To(nodeEni),
                    EventType.Warning,
                    Events.LeakedEniDeleted,
                    $"{row.EniId} of node {row.Tags.GetValueOrDefault("Node")} was deleted: {LeakReasons.Sentence(reason)}"
                );
            }
        }
        catch (Ec2CallException failed)
        {
            ControllerLog.LeakNotDeleted(logger, row.EniId, failed.Failure.ToString());
        }
    }

    private LeakReason ReasonOf(EniRow row) => LeakReasons.Of(row, name => cluster.NodeEni(name) is not null, name => cluster.Node(name) is not null);
}
