using MultiEni.Api.EniAttachments;
using MultiEni.Operator.Informers;
using MultiEni.Operator.Queues;

namespace MultiEni.Manager.Agent;

/// <summary>Puts work into the queue when something happened.</summary>
internal sealed class WorkEnqueuer(WorkQueue<AgentWork> queue)
{
    private NodeView? _view;

    /// <summary>From now on there is something to work on.</summary>
    public void Begin(NodeView view)
    {
        Volatile.Write(ref _view, view);
        Everything(WorkPriority.Normal);
    }

    /// <summary>All attachments of the node and the search for orphans. A node has few attachments, and one look at a settled one costs no write.</summary>
    public void Everything(int priority)
    {
        if (Volatile.Read(ref _view) is not { } view)
        {
            return;
        }

        foreach (var attachment in view.Attachments)
        {
            queue.Add(AgentWork.Attachment(attachment.Metadata.Name), priority);
        }

        queue.Add(AgentWork.Sweep, priority);
    }

    /// <summary>An attachment changed. A change of its device's state may concern the others of the node too, and that is announced by the host.</summary>
    public void AttachmentChanged(ObjectChange<EniAttachment> change)
    {
        queue.Add(AgentWork.Attachment(change.Current.Metadata.Name), WorkPriority.Urgent);
        if (change is ObjectChange<EniAttachment>.Deleted)
        {
            queue.Add(AgentWork.Sweep);
        }
    }
}
