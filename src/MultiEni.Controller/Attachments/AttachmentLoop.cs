using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Controller.Ec2.Inventory;
using MultiEni.Controller.Kubernetes;
using MultiEni.Controller.Leading;
using MultiEni.Controller.Planning;
using MultiEni.Controller.PodAddresses;
using MultiEni.Operator.Events;
using MultiEni.Operator.Informers;

namespace MultiEni.Controller.Attachments;

/// <summary>Reconciles each attachment whenever it, its ENI in EC2 or its node changes.</summary>
internal sealed class AttachmentLoop(
    ControlLoop loop,
    AttachmentReconciler reconciler,
    ClusterView view,
    ControllerInformers informers,
    EniInventory inventory,
    EventRecorder events,
    int workers
)
{
    /// <summary>Reconciles until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var attachments = informers.Attachments.Subscribe(OnAttachment);
        using var nodes = informers.Nodes.Subscribe(OnNode);
        using var enis = inventory.Changes.Subscribe(slot => loop.Queue.Add(slot));
        await loop.RunAsync(reconciler.ReconcileAsync, workers, cancellationToken);
    }

    private void OnAttachment(ObjectChange<EniAttachment> change)
    {
        if (change is ObjectChange<EniAttachment>.Updated { Old: var old, New: { Status: { } status } attachment })
        {
            foreach (var news in DeviceEvents.Between(attachment.Spec!.NodeName, old.Status?.Conditions, status))
            {
                events.Record(
                    NodeEniReferences.To(attachment.Spec.NodeEniRef.Name, attachment.Spec.NodeEniRef.Uid),
                    news.Type,
                    news.Reason,
                    news.Message
                );
            }
        }

        loop.Queue.Add(change.Current.Metadata.Name);
        var (before, after) = change switch
        {
            ObjectChange<EniAttachment>.Updated updated => ((EniAttachment?)updated.Old, (EniAttachment?)updated.New),
            ObjectChange<EniAttachment>.Deleted => (change.Current, null),
            _ => (null, change.Current),
        };
        foreach (var concerned in AddressMoves.Concerned(before, after, view.AttachmentsIn))
        {
            loop.Queue.Add(concerned);
        }
    }

    private void OnNode(ObjectChange<Node> change)
    {
        if (change is not ObjectChange<Node>.Deleted || NodeIdentity.Of(change.Current) is not NodeIdentity.Ec2 instance)
        {
            return;
        }

        foreach (var attachment in view.AttachmentsOn(instance.InstanceId))
        {
            loop.Queue.Add(attachment.Metadata.Name);
        }
    }
}
