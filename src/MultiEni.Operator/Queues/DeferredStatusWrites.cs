using System.Collections.Concurrent;
using MultiEni.Api.Kubernetes;

namespace MultiEni.Operator.Queues;

/// <summary>
/// Since when the statuses of objects have not said what is the case, by the clock of whoever
/// writes them. Those that have lasted are told one after another: thousands of objects that wait
/// must not keep the API server from what is done meanwhile. A restart counts anew. Safe for
/// concurrent use.
/// </summary>
/// <param name="time">Clock.</param>
public sealed class DeferredStatusWrites(TimeProvider time)
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(50);

    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private readonly long _begin = time.GetTimestamp();
    private TimeSpan _next;

    /// <summary>How many are remembered.</summary>
    public int Count => _entries.Count;

    /// <summary>
    /// How long the status may still wait, in whole milliseconds; null when it is to be told now.
    /// </summary>
    /// <param name="metadata">
    /// The object. Its deletion, and a successor of the same name, begin anew.
    /// </param>
    /// <param name="patience">For how long it may be deferred.</param>
    public TimeSpan? Wait(ObjectMeta metadata, TimeSpan patience)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        // A clock that is set back must not silence anybody.
        var now = time.GetElapsedTime(_begin);
        var (uid, deleting) = (metadata.Uid, metadata.IsBeingDeleted);
        var entry = _entries.AddOrUpdate(
            metadata.Name,
            _ => new Entry(uid, deleting, now, null),
            (_, known) => known.Uid == uid && known.Deleting == deleting ? known : new Entry(uid, deleting, now, null)
        );
        if (entry.Turn is null && now - entry.Since >= patience)
        {
            entry = entry with { Turn = NextTurn(now) };
            _entries[metadata.Name] = entry;
        }

        var wait = (entry.Turn ?? entry.Since + patience) - now;
        return wait > TimeSpan.Zero ? wait.RoundUp() : null;
    }

    /// <summary>All is told, or the object is gone.</summary>
    public void Forget(string name) => _entries.TryRemove(name, out _);

    private TimeSpan NextTurn(TimeSpan now)
    {
        lock (_gate)
        {
            var turn = _next > now ? _next : now;
            _next = turn + Pace;
            return turn;
        }
    }

    private sealed record Entry(string? Uid, bool Deleting, TimeSpan Since, TimeSpan? Turn);
}
