using System.Collections.Concurrent;
using MultiEni.Api.EniAttachments;

namespace MultiEni.Controller.Attachments;

/// <summary>
/// Since when the status of an attachment has not said what is the case, by this controller's clock. Those that have lasted are told one after another:
/// thousands of ENIs that wait in line for EC2 must not keep the API server from what is done meanwhile. A restart counts anew.
/// </summary>
internal sealed class UntoldStatuses(TimeProvider time)
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(50);

    private readonly ConcurrentDictionary<string, Entry> entries = new(StringComparer.Ordinal);
    private readonly Lock gate = new();
    private DateTimeOffset next;

    /// <summary>How many are remembered.</summary>
    public int Count => entries.Count;

    /// <summary>How long the status may still wait; null when it is to be told now.</summary>
    public TimeSpan? Wait(EniAttachment attachment, TimeSpan patience)
    {
        ArgumentNullException.ThrowIfNull(attachment);
        var now = time.GetUtcNow();
        var (uid, deleting) = (attachment.Metadata.Uid, attachment.Metadata.IsBeingDeleted);
        var entry = entries.AddOrUpdate(
            attachment.Metadata.Name,
            _ => new Entry(uid, deleting, now, null),
            (_, known) => known.Uid == uid && known.Deleting == deleting ? known : new Entry(uid, deleting, now, null)
        );
        if (entry.Turn is null && now - entry.Since >= patience)
        {
            entry = entry with { Turn = NextTurn(now) };
            entries[attachment.Metadata.Name] = entry;
        }

        var wait = (entry.Turn ?? entry.Since + patience) - now;
        return wait > TimeSpan.Zero ? wait : null;
    }

    /// <summary>All is told, or the attachment is gone.</summary>
    public void Forget(string name) => entries.TryRemove(name, out _);

    private DateTimeOffset NextTurn(DateTimeOffset now)
    {
        lock (gate)
        {
            var turn = next > now ? next : now;
            next = turn + Pace;
            return turn;
        }
    }

    private sealed record Entry(string? Uid, bool Deleting, DateTimeOffset Since, DateTimeOffset? Turn);
}
