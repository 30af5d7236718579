using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Manager.Steps;
using MultiEni.Manager.Telemetry;
using MultiEni.Operator.Client;

namespace MultiEni.Manager.Agent;

/// <summary>
/// Writes to attachments: the agent's finalizer and the agent's part of the status, and nothing
/// else.
/// </summary>
internal sealed class AttachmentStatusWriter(NodeView view, KubernetesClient client, ManagerMetrics metrics)
{
    private const int Attempts = 5;
    private readonly Dictionary<string, Written> _written = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    /// <summary>Where attachments live in the API.</summary>
    public static ResourceKind<EniAttachment> Kind { get; } =
        new(
            Names.Group,
            Names.Version,
            Names.EniAttachmentPlural,
            Names.EniAttachmentKind,
            false,
            ApiJson.Default.EniAttachment,
            ApiJson.Default.KubernetesListEniAttachment
        );

    /// <summary>
    /// Adds the agent's finalizer, so that the attachment stays until the device was given back.
    /// </summary>
    /// <returns>
    /// False when the attachment is gone, is another one now, or is being deleted.
    /// </returns>
    public Task<bool> HoldAsync(EniAttachment attachment, CancellationToken cancellationToken) =>
        ChangeFinalizersAsync(attachment, add: true, cancellationToken);

    /// <summary>Removes the agent's finalizer.</summary>
    public Task<bool> LetGoAsync(EniAttachment attachment, CancellationToken cancellationToken) =>
        ChangeFinalizersAsync(attachment, add: false, cancellationToken);

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
        try
        {
            view.Wrote(await client.ApplyAsync(Kind, patch, Names.Manager, force: true, "status", cancellationToken));
        }
        catch (KubernetesApiException error) when (error.IsNotFound)
        {
            view.Gone(attachment);
            return;
        }
        catch (KubernetesApiException error) when (error.IsConflict)
        {
            // Deleted meanwhile, with a successor of the same name: not the object that this is
            // about.
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

    private async Task<bool> ChangeFinalizersAsync(EniAttachment attachment, bool add, CancellationToken cancellationToken)
    {
        var current = attachment;
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var has = current.Metadata.HasFinalizer(Names.DeviceFinalizer);
            if (has == add)
            {
                return true;
            }

            if (add && current.Metadata.IsBeingDeleted)
            {
                return false;
            }

            try
            {
                view.Wrote(await client.SetFinalizerAsync(Kind, current, Names.DeviceFinalizer, add, onlyAsSeen: false, cancellationToken));
                return true;
            }
            catch (KubernetesApiException error) when (error.IsNotFound)
            {
                view.Gone(attachment);
                return !add;
            }
            catch (KubernetesApiException error) when (error.IsInvalid || error.IsConflict)
            {
                var newest = await client.GetAsync(Kind, ObjectKey.Of(current), cancellationToken);
                if (newest is null || newest.Metadata.Uid != attachment.Metadata.Uid)
                {
                    return !add;
                }

                if ((newest.Metadata.Finalizers ?? []).SequenceEqual(current.Metadata.Finalizers ?? []))
                {
                    // Nobody was faster: the server refuses the change itself.
                    throw;
                }

                current = newest;
            }
        }

        throw new TimeoutException($"The finalizers of {attachment.Metadata.Name} were changed by others {Attempts} times in a row.");
    }

    private sealed record Written(string? Uid, string? SeenVersion, EniAttachmentStatus Status);
}
