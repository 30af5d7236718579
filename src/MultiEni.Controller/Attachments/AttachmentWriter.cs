using System.Collections.Concurrent;
using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.Kubernetes;
using MultiEni.Controller.Networks;
using MultiEni.Controller.Planning;
using MultiEni.Controller.PodAddresses;
using MultiEni.Controller.Telemetry;
using MultiEni.Operator.Client;
using MultiEni.Operator.Events;
using MultiEni.Operator.Informers;
using MultiEni.Operator.Queues;

namespace MultiEni.Controller.Attachments;

/// <summary>
/// Writes what became of an attachment: its status, its finalizers, events on its NodeENI.
/// </summary>
internal sealed class AttachmentWriter(
    ClusterView cluster,
    KubernetesClient kubernetes,
    NetworkCatalog catalog,
    PodAddressMemory podAddresses,
    EventRecorder events,
    TimeSpan maximumCleanup,
    TimeProvider time
)
{
    // An event once in the life of a process; the condition goes on saying it.
    private readonly ConcurrentDictionary<string, bool> _overdue = new(StringComparer.Ordinal);

    private readonly ObjectWriter<EniAttachment> _objects = cluster.AttachmentWriter(kubernetes);
    private readonly DeferredStatusWrites _deferred = new(time);

    /// <summary>
    /// Writes the status when it is worth a write now; otherwise says how long until it will be.
    /// Null when there is nothing left to say.
    /// </summary>
    public async Task<TimeSpan?> ReportAsync(
        EniAttachment attachment,
        EniRow? row,
        int? attempt,
        ConditionClaim? blocker,
        CancellationToken cancellationToken
    )
    {
        // Another step of the same look may have written already.
        attachment =
            cluster.Attachment(attachment.Metadata.Name) is { } newest && newest.Metadata.Uid == attachment.Metadata.Uid ? newest : attachment;
        blocker = WithCleanupDelay(attachment, blocker);
        var patch = AttachmentReport.Patch(
            attachment,
            row,
            catalog.RangesOf(attachment.Spec!.SubnetId),
            podAddresses.PlanOf(attachment.Metadata.Name),
            attempt,
            blocker,
            time.GetUtcNow()
        );
        if (patch is null)
        {
            _deferred.Forget(attachment.Metadata.Name);
            return null;
        }

        var patience = StatusWriteDelay.Of(attachment, patch.Status!, blocker, attempt);
        if (patience > TimeSpan.Zero && _deferred.Wait(attachment.Metadata, patience) is { } wait)
        {
            return wait;
        }

        if (await _objects.ApplyStatusAsync(attachment, patch, cancellationToken) is null)
        {
            return null;
        }

        _deferred.Forget(attachment.Metadata.Name);
        foreach (var refused in NewlyRefused(attachment, patch))
        {
            Warning(attachment, Events.AddressRefused, $"{attachment.Spec.NodeName}: {refused.Message}");
        }

        if (PodAddressEvents.Between(attachment, patch.Status!) is { } news)
        {
            Record(attachment, news.IsWarning ? EventType.Warning : EventType.Normal, news.Reason, news.Message);
        }

        if (patch.Status!.Conditions.IsTrue(ConditionTypes.Attached) && attachment.Status?.Conditions.IsTrue(ConditionTypes.Attached) != true)
        {
            Normal(
                attachment,
                Events.EniAttached,
                $"{row!.EniId} is attached to {attachment.Spec.NodeName} at device index {row.Attachment!.DeviceIndex}",
                () => Progress(attachment.Spec.NodeEniRef.Name)
            );
        }

        return null;
    }

    /// <summary>The attachment is gone.</summary>
    public void Forget(string name)
    {
        _deferred.Forget(name);
        _overdue.TryRemove(name, out _);
    }

    public Task RemoveFinalizerAsync(EniAttachment attachment, string finalizer, CancellationToken cancellationToken) =>
        _objects.SetFinalizerAsync(attachment, finalizer, present: false, cancellationToken);

    /// <summary>
    /// Goes on without the agent, unless it gave a sign of life that was not seen when that was
    /// decided; then false.
    /// </summary>
    public Task<bool> DropDeviceFinalizerAsync(EniAttachment attachment, CancellationToken cancellationToken) =>
        _objects.RemoveFinalizerIfUnchangedAsync(attachment, Names.DeviceFinalizer, cancellationToken);

    public void Normal(EniAttachment attachment, string reason, string message, Func<string>? progress = null) =>
        Record(attachment, EventType.Normal, reason, message, progress);

    public void Warning(EniAttachment attachment, string reason, string message) => Record(attachment, EventType.Warning, reason, message);

    /// <summary>
    /// The blocker, with the delay of a cleanup that takes longer than it should.
    /// </summary>
    private ConditionClaim? WithCleanupDelay(EniAttachment attachment, ConditionClaim? blocker)
    {
        if (!CleanupDelay.IsOver(attachment, maximumCleanup, time.GetUtcNow()))
        {
            return blocker;
        }

        var delayed = CleanupDelay.Describe(blocker, attachment, maximumCleanup);
        if (_overdue.TryAdd(attachment.Metadata.Name, value: true))
        {
            Warning(attachment, Events.CleanupTimeout, $"{attachment.Spec!.NodeName}: {attachment.Metadata.Name}: {delayed.Message}");
        }

        return delayed;
    }

    private static IEnumerable<RefusedAddress> NewlyRefused(EniAttachment attachment, EniAttachment patch) =>
        (patch.Status!.Network?.RefusedAddresses ?? []).Except(attachment.Status?.Network?.RefusedAddresses ?? []);

    // On the NodeENI, where users look; the attachment is named in the message.
    private void Record(EniAttachment attachment, EventType type, string reason, string message, Func<string>? progress = null) =>
        events.Record(NodeEniReferences.To(attachment.Spec!.NodeEniRef.Name, attachment.Spec.NodeEniRef.Uid), type, reason, message, progress);

    private string Progress(string nodeEni)
    {
        var all = cluster.AttachmentsOf(nodeEni);
        return $"{all.Count(attachment => attachment.Status?.Conditions.IsTrue(ConditionTypes.Attached) == true)} of {all.Count}";
    }
}
