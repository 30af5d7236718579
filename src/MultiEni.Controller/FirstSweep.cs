using Microsoft.Extensions.Logging;
using MultiEni.Controller.Ec2.Failures;
using MultiEni.Controller.Ec2.Inventory;
using MultiEni.Controller.Kubernetes;
using MultiEni.Controller.NodeEnis;
using MultiEni.Controller.Planning;
using MultiEni.Controller.Summary;
using MultiEni.Controller.Telemetry;

namespace MultiEni.Controller;

/// <summary>The sweep that a term of leadership begins with. Until it succeeds nothing is planned, and the NodeENIs say why.</summary>
internal sealed class FirstSweep(EniInventory inventory, ClusterView cluster, PlanOutcomes outcomes, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        for (var pause = TimeSpan.FromSeconds(1); ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
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
                Tell(failed.Failure);
                await Task.Delay(pause, time, cancellationToken);
            }
        }
    }

    private void Tell(Ec2Failure failure)
    {
        var claim = new ConditionClaim(
            false,
            failure.Reaction.Reason,
            $"nothing is planned before EC2 was swept once: {FailureMessage.For(failure)}"
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
