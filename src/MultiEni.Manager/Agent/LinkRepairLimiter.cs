using System.Collections.Concurrent;

namespace MultiEni.Manager.Agent;

/// <summary>
/// Keeps the repair of a link from becoming a fight. Somebody who undoes every change at once would otherwise be answered at once, for
/// ever, at the pace of the kernel's announcements.
/// </summary>
internal sealed class LinkRepairLimiter(TimeProvider time)
{
    private const int MostRepairs = 5;
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);
    private readonly ConcurrentDictionary<AgentWork, RepairLimit> _repairs = new();

    /// <summary>How long the next repair has to wait; zero when it may be made.</summary>
    public TimeSpan Wait(AgentWork work) => _repairs.TryGetValue(work, out var repairs) ? repairs.Wait() : TimeSpan.Zero;

    /// <summary>A link was changed.</summary>
    public void Note(AgentWork work) => _repairs.GetOrAdd(work, _ => new RepairLimit(MostRepairs, Window, time)).Note();

    /// <summary>The thing is gone.</summary>
    public void Forget(AgentWork work) => _repairs.TryRemove(work, out _);
}
