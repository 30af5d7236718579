using Microsoft.Extensions.Logging;
using MultiEni.Api.EniAttachments;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Host;
using MultiEni.Manager.Links;
using MultiEni.Manager.Publishing;
using MultiEni.Manager.Telemetry;
using MultiEni.Operator.Informers;
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
    ILinks links,
    WorkQueue<AgentWork> queue,
    ILogger logger
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

                await SweepLinksAsync(seen, cancellationToken);
                if (await publisher.ConfirmAsync(view.Allocatable, cancellationToken))
                {
                    wake.Everything(WorkPriority.Urgent);
                }

                return ReconcileResult.Done;
        }
    }

    private async Task SweepLinksAsync(HostObservation seen, CancellationToken cancellationToken)
    {
        var tables = view.Attachments.Select(HostTables.Of).OfType<int>().ToHashSet();
        foreach (var item in LinkSweep.Find(seen.Network, tables))
        {
            var error = await links.RemoveAsync(item, cancellationToken);
            Log.LeftoverRemoved(logger, item.ToString(), error.ToString());
        }
    }
}

/// <summary>Something to look at.</summary>
/// <param name="Kind">What kind of thing.</param>
/// <param name="Name">Name of the attachment, PCI address of the orphan, or empty.</param>
internal readonly record struct AgentWork(AgentWorkKind Kind, string Name)
{
    /// <summary>Look for devices that no attachment asks for any more.</summary>
    public static AgentWork Sweep { get; } = new(AgentWorkKind.Sweep, "");

    /// <summary>Look at an attachment.</summary>
    public static AgentWork Attachment(string name) => new(AgentWorkKind.Attachment, name);

    /// <summary>Give back a device that no attachment asks for.</summary>
    public static AgentWork Orphan(string pciAddress) => new(AgentWorkKind.Orphan, pciAddress);
}

/// <summary>What the agent looks at.</summary>
internal enum AgentWorkKind
{
    /// <summary>An attachment of this node.</summary>
    Attachment,

    /// <summary>
    /// A device that was bound or offered for an attachment that no longer exists.
    /// </summary>
    Orphan,

    /// <summary>The search for orphans.</summary>
    Sweep,
}

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

    /// <summary>
    /// All attachments of the node and the search for orphans. A node has few attachments, and one
    /// look at a settled one costs no write.
    /// </summary>
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

    /// <summary>
    /// An attachment changed. A change of its device's state may concern the others of the node
    /// too, and that is announced by the host.
    /// </summary>
    public void AttachmentChanged(ObjectChange<EniAttachment> change)
    {
        queue.Add(AgentWork.Attachment(change.Current.Metadata.Name), WorkPriority.Urgent);
        if (change is ObjectChange<EniAttachment>.Deleted)
        {
            queue.Add(AgentWork.Sweep);
        }
    }
}

/// <summary>
/// Turns a burst of announcements into a few wakes. The first one wakes at once; what follows is
/// collected, for 10 ms at first and for twice as long each time, up to 200 ms. A card that is
/// plugged in is not held up by that, and a node whose routes change all the time is looked at five
/// times a second.
/// </summary>
internal sealed class WakeWindow : IDisposable
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(10);

    private readonly Lock _lock = new();
    private readonly Action _wake;
    private readonly ITimer _timer;
    private TimeSpan _length;
    private bool _isOpen;
    private bool _hasMore;

    /// <summary>Nothing was announced yet.</summary>
    /// <param name="wake">Looks again. Must be short.</param>
    /// <param name="time">Clock.</param>
    public WakeWindow(Action wake, TimeProvider time)
    {
        _wake = wake;
        _timer = time.CreateTimer(static window => ((WakeWindow)window!).End(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>For how long announcements are collected while they keep coming.</summary>
    public static TimeSpan Longest { get; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Something was announced.</summary>
    public void Signal()
    {
        lock (_lock)
        {
            if (_isOpen)
            {
                _hasMore = true;
                return;
            }

            Open(Shortest);
        }

        _wake();
    }

    /// <inheritdoc />
    public void Dispose() => _timer.Dispose();

    private void End()
    {
        lock (_lock)
        {
            if (!_hasMore)
            {
                _isOpen = false;
                return;
            }

            Open(_length * 2 < Longest ? _length * 2 : Longest);
        }

        _wake();
    }

    private void Open(TimeSpan length)
    {
        _length = length;
        _isOpen = true;
        _hasMore = false;
        _timer.Change(length, Timeout.InfiniteTimeSpan);
    }
}
