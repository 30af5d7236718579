namespace MultiEni.Operator.Queues;

/// <summary>
/// Makes a key of a queue ready at most once in an interval: the first change at once, all that come meanwhile together at its end. For work that looks
/// at very many objects and is asked for by each of them.
/// </summary>
/// <typeparam name="TKey">Names the work.</typeparam>
/// <param name="queue">Where the keys go.</param>
/// <param name="interval">From one to the next, as things are at the time of a change.</param>
/// <param name="time">Clock.</param>
public sealed class QueuePace<TKey>(WorkQueue<TKey> queue, Func<TimeSpan> interval, TimeProvider time)
    where TKey : notnull
{
    private readonly Lock gate = new();
    private readonly Dictionary<TKey, TimeSpan> lastDue = [];
    private readonly long start = time.GetTimestamp();

    /// <summary>Something has changed for the key.</summary>
    public void Add(TKey key)
    {
        var now = time.GetElapsedTime(start);
        TimeSpan due;
        lock (gate)
        {
            due = now;
            if (lastDue.TryGetValue(key, out var last))
            {
                // One that lies ahead covers this change too.
                due = last > now ? last : TimeSpan.FromTicks(Math.Max(now.Ticks, (last + interval()).Ticks));
            }

            lastDue[key] = due;
        }

        queue.AddAfter(key, due - now);
    }
}
