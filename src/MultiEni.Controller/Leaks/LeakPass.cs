using Microsoft.Extensions.Logging;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.Ec2.Failures;
using MultiEni.Controller.Ec2.Inventory;
using MultiEni.Controller.Kubernetes;

namespace MultiEni.Controller.Leaks;

/// <summary>Deletes ENIs of ours that nobody wants any more, after a sweep. What it has seen before is in memory: a restart only delays.</summary>
internal sealed class LeakPass(EniInventory inventory, ClusterView cluster, Ec2Client ec2, LeakLimits limits, TimeProvider time, ILogger logger)
{
    private IReadOnlyDictionary<string, DateTimeOffset> candidates = new Dictionary<string, DateTimeOffset>();

    /// <summary>ENIs that look leaked at present.</summary>
    public int Candidates => candidates.Count;

    /// <summary>One pass over what the last sweep read. The cloud was read before the cluster, so an attachment made since is wanted.</summary>
    public async Task RunAsync(Action deleted, CancellationToken cancellationToken)
    {
        var verdict = LeakDecision.Decide(
            inventory.Rows(),
            row => row.Slot,
            slot => cluster.Attachment(slot) is not null,
            candidates,
            time.GetUtcNow(),
            limits
        );
        candidates = verdict.Candidates;
        if (verdict.Blocked is not null)
        {
            ControllerLog.LeakPassBlocked(logger, verdict.Blocked);
        }

        foreach (var row in verdict.Delete)
        {
            try
            {
                await ec2.DeleteAsync(EniId.Parse(row.EniId, null), CallPriority.LeakCleanup, cancellationToken);
                ControllerLog.LeakDeleted(logger, row.EniId, row.Slot!);
                deleted();
            }
            catch (Ec2CallException failed)
            {
                ControllerLog.LeakNotDeleted(logger, row.EniId, failed.Failure.ToString());
            }
        }
    }
}
