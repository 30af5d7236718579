using MultiEni.Manager.Host;
using MultiEni.Manager.Publishing;
using MultiEni.Operator.Queues;

namespace MultiEni.Manager.Agent;

/// <summary>Hands each piece of work to whoever does it.</summary>
internal sealed class AgentWorker(
    AttachmentReconciler reconciler,
    OrphanSearch orphans,
    BootGuard boot,
    NodeView view,
    IDevicePublisher publisher,
    WorkEnqueuer wake,
    WorkQueue<AgentWork> queue
)
{
    /// <summary>Does one piece of work.</summary>
    public async Task<ReconcileResult> ReconcileAsync(AgentWork work, CancellationToken cancellationToken)
    {
        switch (work.Kind)
        {
            case AgentWorkKind.Attachment:
                return await reconciler.ReconcileAsync(work.Name, cancellationToken);
            case AgentWorkKind.Orphan:
                return await reconciler.ReconcileOrphanAsync(PciAddress.Parse(work.Name), cancellationToken);
            default:
                var seen = await boot.GlanceAsync(cancellationToken);
                foreach (var address in orphans.Find(seen.BootId))
                {
                    queue.Add(AgentWork.Orphan(address.ToString()));
                }

                if (await publisher.ConfirmAsync(view.Allocatable, cancellationToken))
                {
                    wake.Everything(WorkPriority.Urgent);
                }

                return ReconcileResult.Done;
        }
    }
}
