using System.Collections.Concurrent;
using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.Kubernetes;
using MultiEni.Controller.NodeEnis;
using MultiEni.Controller.Planning;
using MultiEni.Operator.Client;
using MultiEni.Operator.Events;

namespace MultiEni.Controller.Attachments;

/// <summary>Writes what became of an attachment: its status, its finalizers, events on its NodeENI.</summary>
internal sealed class AttachmentWriter(KubernetesClient kubernetes, NetworkCatalog catalog, EventRecorder events, TimeProvider time)
{
    // What the caches do not show yet of our own writes; without it the same would be written, and told, twice.
    private readonly ConcurrentDictionary<string, Write> written = new(StringComparer.Ordinal);

    public async Task ReportAsync(EniAttachment attachment, EniRow? row, int? attempt, ConditionClaim? hindrance, CancellationToken cancellationToken)
    {
        var seen = attachment.Metadata.ResourceVersion;
        attachment = Latest(attachment);
        var patch = AttachmentReport.Patch(attachment, row, catalog.CidrOf(attachment.Spec!.SubnetId), attempt, hindrance, time.GetUtcNow());
        if (patch is null)
        {
            return;
        }

        try
        {
            var stored = await kubernetes.ApplyAsync(Kinds.EniAttachment, patch, Names.Controller, force: true, "status", cancellationToken);
            written[attachment.Metadata.Name] = new Write(seen, stored);
        }
        catch (KubernetesApiException gone) when (gone.IsNotFound || gone.IsConflict)
        {
            return;
        }

        if (patch.Status!.Conditions.IsTrue(ConditionTypes.Attached) && !attachment.Status?.Conditions.IsTrue(ConditionTypes.Attached) == true)
        {
            Normal(
                attachment,
                Events.EniAttached,
                $"{row!.EniId} is attached to {attachment.Spec.NodeName} at device index {row.Attachment!.DeviceIndex}"
            );
        }
    }

    public async Task RemoveFinalizerAsync(EniAttachment attachment, string finalizer, CancellationToken cancellationToken)
    {
        try
        {
            await kubernetes.MergePatchAsync(
                Kinds.EniAttachment,
                new ObjectKey(null, attachment.Metadata.Name),
                FinalizerPatch.For(attachment.Metadata, (attachment.Metadata.Finalizers ?? []).Where(other => other != finalizer)),
                subresource: null,
                cancellationToken
            );
        }
        catch (KubernetesApiException gone) when (gone.IsNotFound)
        {
            // Somebody was faster, and it is what was wanted.
        }
    }

    /// <summary>The attachment is gone.</summary>
    public void Forget(string name) => written.TryRemove(name, out _);

    public void Normal(EniAttachment attachment, string reason, string message) => Record(attachment, EventType.Normal, reason, message);

    public void Warning(EniAttachment attachment, string reason, string message) => Record(attachment, EventType.Warning, reason, message);

    // On the NodeENI, where users look; the attachment is named in the message.
    private void Record(EniAttachment attachment, EventType type, string reason, string message) =>
        events.Record(NodeEniReferences.To(attachment.Spec!.NodeEniRef.Name, attachment.Spec.NodeEniRef.Uid), type, reason, message);

    private EniAttachment Latest(EniAttachment seen)
    {
        if (!written.TryGetValue(seen.Metadata.Name, out var write))
        {
            return seen;
        }

        if (write.Over == seen.Metadata.ResourceVersion)
        {
            return write.Stored;
        }

        written.TryRemove(seen.Metadata.Name, out _);
        return seen;
    }

    private sealed record Write(string? Over, EniAttachment Stored);
}
