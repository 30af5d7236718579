using Microsoft.Extensions.Logging;
using MultiEni.Controller.Ec2.Failures;
using MultiEni.Controller.Ec2.Inventory;
using MultiEni.Controller.Kubernetes;
using MultiEni.Controller.NodeEnis;
using MultiEni.Controller.Planning;
using MultiEni.Controller.Summary;
using MultiEni.Controller.Telemetry;

namespace MultiEni.Controller;

/// <summary>
/// The sweep that a term of leadership begins with. Until it succeeds nothing is planned, and the
/// NodeENIs say why.
/// </summary>
internal sealed class FirstSweep(EniInventory inventory, ClusterView cluster, PlanOutcomes outcomes, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(1);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        for (var delay = TimeSpan.FromSeconds(1); ; delay = delay * 2 < LongestDelay ? delay * 2 : LongestDelay)
        {
            try
            {
                await inventory.FirstSweepAsync(cancellationToken);
                ControllerLog.Leading(logger, inventory.Rows().Count);
                return;
            }
            catch (Ec2CallException failed)
            {
                ControllerLog.FirstSweepFailed(logger, failed.Failure.ToString());
                Report(failed.Failure);
                await Task.Delay(delay, time, cancellationToken);
            }
        }
    }

    private void Report(Ec2Failure failure)
    {
        var claim = new ConditionClaim(
            false,
            failure.Reaction.Reason,
            $"no ENI is planned before the first sweep of EC2 has succeeded: {FailureMessage.For(failure)}"
        );
        foreach (var nodeEni in cluster.NodeEnis)
        {
            var attachments = cluster.AttachmentsOf(nodeEni.Metadata.Name).Count;
            outcomes.Remember(
                nodeEni,
                new PlanOutcome(
                    nodeEni.Metadata.Generation,
                    cluster.NodesMatching(nodeEni).Count,
                    attachments,
                    new NetworkResolution(null, claim, claim),
                    [],
                    new Dictionary<string, int>()
                )
            );
        }
    }
}
