using MultiEni.Operator.Caching;

namespace MultiEni.Operator.Queues;

/// <summary>
/// Makes a key of a queue ready at most once in an interval: the first change at once, all that
/// come meanwhile together at its end. For work that looks at very many objects and is asked for by
/// each of them.
/// </summary>
/// <typeparam name="TKey">Names the work.</typeparam>
/// <param name="queue">Where the keys go.</param>
/// <param name="interval">From one to the next, as things are at the time of a change.</param>
/// <param name="time">Clock.</param>
public sealed class Debouncer<TKey>(WorkQueue<TKey> queue, Func<TimeSpan> interval, TimeProvider time)
    where TKey : notnull
{
    private readonly Lock _gate = new();
    private readonly ExpiringMap<TKey, TimeSpan> _lastDue = new(time);
    private readonly long _start = time.GetTimestamp();

    /// <summary>How many keys are held back or remembered.</summary>
    public int Remembered => _lastDue.Count;

    /// <summary>Something has changed for the key.</summary>
    public void Add(TKey key)
    {
        var now = time.GetElapsedTime(_start);
        TimeSpan due;
        lock (_gate)
        {
            due = now;
            var pause = interval();
            if (_lastDue.TryGet(key, out var last))
            {
                // One that lies ahead covers this change too.
                due = last > now ? last : TimeSpan.FromTicks(Math.Max(now.Ticks, (last + pause).Ticks));
            }

            // Later than that it holds back nothing.
            _lastDue.Set(key, due, due - now + pause);
        }

        queue.AddAfter(key, due - now);
    }
}
