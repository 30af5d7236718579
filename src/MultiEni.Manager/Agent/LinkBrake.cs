namespace MultiEni.Manager.Agent;

/// <summary>
/// Keeps the repair of a link from becoming a fight. Somebody who undoes every change at once would otherwise be answered at once, for
/// ever, at the pace of the kernel's announcements.
/// </summary>
public sealed class LinkBrake(TimeProvider time)
{
    private const int MostRepairs = 5;
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);
    private readonly Dictionary<AgentWork, Queue<long>> _repairs = [];
    private readonly Lock _lock = new();

    /// <summary>How long the next repair has to wait; zero when it may be made.</summary>
    public TimeSpan Wait(AgentWork work)
    {
        lock (_lock)
        {
            return
                _repairs.TryGetValue(work, out var repairs)
                && repairs.Count >= MostRepairs
                && time.GetElapsedTime(repairs.Peek()) is var since
                && since < Window
                ? Window - since
                : TimeSpan.Zero;
        }
    }

    /// <summary>A link was changed.</summary>
    public void Note(AgentWork work)
    {
        lock (_lock)
        {
            if (!_repairs.TryGetValue(work, out var repairs))
            {
                _repairs[work] = repairs = new Queue<long>();
            }

            repairs.Enqueue(time.GetTimestamp());
            if (repairs.Count > MostRepairs)
            {
                repairs.Dequeue();
            }
        }
    }

    /// <summary>The thing is gone.</summary>
    public void Forget(AgentWork work)
    {
        lock (_lock)
        {
            _repairs.Remove(work);
        }
    }
}
