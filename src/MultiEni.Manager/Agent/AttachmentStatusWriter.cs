using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Manager.Steps;
using MultiEni.Manager.Telemetry;
using MultiEni.Operator.Informers;

namespace MultiEni.Manager.Agent;

/// <summary>
/// Writes to attachments: the agent's finalizer and the agent's part of the status, and nothing
/// else.
/// </summary>
internal sealed class AttachmentStatusWriter(ObjectWriter<EniAttachment> attachments, ManagerMetrics metrics)
{
    private readonly Dictionary<string, Written> _written = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    /// <summary>
    /// Adds the agent's finalizer, so that the attachment stays until the device was given back.
    /// </summary>
    /// <returns>
    /// False when the attachment is gone, is another one now, or is being deleted.
    /// </returns>
    public Task<bool> HoldAsync(EniAttachment attachment, CancellationToken cancellationToken) =>
        attachments.SetFinalizerAsync(attachment, Names.DeviceFinalizer, present: true, cancellationToken);

    /// <summary>Removes the agent's finalizer.</summary>
    public Task<bool> LetGoAsync(EniAttachment attachment, CancellationToken cancellationToken) =>
        attachments.SetFinalizerAsync(attachment, Names.DeviceFinalizer, present: false, cancellationToken);

    /// <summary>
    /// The attachment with what this agent reported last, which the cache may not show yet.
    /// </summary>
    public EniAttachment Latest(EniAttachment attachment) =>
        LatestWrite(attachment) is { } written
            ? attachment with
            {
                Status = (attachment.Status ?? new EniAttachmentStatus()) with { Device = written.Device, Conditions = written.Conditions },
            }
            : attachment;

    /// <summary>Whether the API server has this status already.</summary>
    public bool IsKnown(EniAttachment attachment, EniAttachmentStatus status) =>
        (LatestWrite(attachment) ?? StatusReport.Ours(attachment.Status)) is { } known && Same(known, status);

    /// <summary>Applies the status when it differs from what the API server has.</summary>
    public async Task ReportAsync(EniAttachment attachment, EniAttachmentStatus status, CancellationToken cancellationToken)
    {
        if (IsKnown(attachment, status))
        {
            return;
        }

        var patch = new EniAttachment
        {
            Metadata = new() { Name = attachment.Metadata.Name, Uid = attachment.Metadata.Uid },
            Status = status,
        };
        if (await attachments.ApplyStatusAsync(attachment, patch, cancellationToken) is null)
        {
            return;
        }

        metrics.StatusWritten();
        lock (_lock)
        {
            _written[attachment.Metadata.Name] = new Written(attachment.Metadata.Uid, attachment.Metadata.ResourceVersion, status);
        }
    }

    /// <summary>Forgets an attachment that is gone.</summary>
    public void Forget(string name)
    {
        lock (_lock)
        {
            _written.Remove(name);
        }
    }

    // The cache may be older than the last write. As long as it shows the very version that was
    // seen then, that write is the newest known.
    private EniAttachmentStatus? LatestWrite(EniAttachment attachment)
    {
        lock (_lock)
        {
            return
                _written.TryGetValue(attachment.Metadata.Name, out var written)
                && written.Uid == attachment.Metadata.Uid
                && written.SeenVersion == attachment.Metadata.ResourceVersion
                ? written.Status
                : null;
        }
    }

    private static bool Same(EniAttachmentStatus left, EniAttachmentStatus right)
    {
        var before = left.Conditions ?? [];
        var after = right.Conditions ?? [];
        return left.Device == right.Device && before.Count == after.Count && after.TrueForAll(before.Contains);
    }

    private sealed record Written(string? Uid, string? SeenVersion, EniAttachmentStatus Status);
}
