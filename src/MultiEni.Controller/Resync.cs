using Microsoft.Extensions.Logging;
using MultiEni.Api;
using MultiEni.Api.Kubernetes;
using MultiEni.Controller.Ec2.Failures;
using MultiEni.Controller.Ec2.Inventory;
using MultiEni.Controller.Kubernetes;
using MultiEni.Controller.Leading;
using MultiEni.Controller.Leaks;
using MultiEni.Controller.Telemetry;
using MultiEni.Operator.Queues;

namespace MultiEni.Controller;

/// <summary>
/// Again and again after the reconcile period: a sweep of EC2, a pass over leaked ENIs, and another
/// look at every attachment that is not ready.
/// </summary>
internal sealed class Resync(
    ControlLoop attachments,
    ClusterView view,
    EniInventory inventory,
    LeakPass leaks,
    ControllerMetrics metrics,
    TimeSpan period,
    TimeProvider time,
    ILogger logger
)
{
    /// <summary>Resyncs until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(period, time, cancellationToken);
            try
            {
                await inventory.SweepAsync(cancellationToken);
                await inventory.RefreshUnclaimedAsync(cancellationToken);
                await leaks.RunAsync(metrics, cancellationToken);
            }
            catch (Ec2CallException failed)
            {
                ControllerLog.SweepFailed(logger, failed.Failure.ToString());
            }

            foreach (var attachment in view.Attachments)
            {
                if (attachment.Status?.Conditions.IsTrue(ConditionTypes.Ready) != true || attachment.Metadata.IsBeingDeleted)
                {
                    attachments.Queue.Add(attachment.Metadata.Name, WorkPriority.Repair);
                }
            }
        }
    }
}
