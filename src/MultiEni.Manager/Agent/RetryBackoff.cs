using System.Collections.Concurrent;
using MultiEni.Manager.Safety;

namespace MultiEni.Manager.Agent;

/// <summary>
/// Spaces out attempts that fail. A failed bind announces itself as a change of the device, so
/// without this each failure would at once cause the next attempt.
/// </summary>
internal sealed class RetryBackoff(TimeProvider time)
{
    private readonly Dictionary<AgentWork, Failure> _failures = [];
    private readonly Lock _lock = new();

    /// <summary>
    /// The failure that is still waited on and for how long, or null when an attempt may be made.
    /// </summary>
    /// <param name="work">What it is about.</param>
    /// <param name="generation">
    /// The specification's generation: a changed specification may be tried at once.
    /// </param>
    public (Blocker Why, TimeSpan Left)? Closed(AgentWork work, long? generation)
    {
        lock (_lock)
        {
            if (!_failures.TryGetValue(work, out var failure) || failure.Generation != generation)
            {
                return null;
            }

            var left = failure.Delay - time.GetElapsedTime(failure.Since);
            return left > TimeSpan.Zero ? (failure.Why, left) : null;
        }
    }

    /// <summary>
    /// An attempt failed: the next one comes after a delay that doubles each time.
    /// </summary>
    public TimeSpan Fail(AgentWork work, long? generation, Blocker why, RetryDelays delays)
    {
        lock (_lock)
        {
            var previous = _failures.TryGetValue(work, out var failure) && failure.Generation == generation ? failure.Delay : TimeSpan.Zero;
            var delay = previous == TimeSpan.Zero ? delays.First : previous * 2;
            if (delay > delays.Longest)
            {
                delay = delays.Longest;
            }

            _failures[work] = new Failure(generation, why, time.GetTimestamp(), delay);
            return delay;
        }
    }

    /// <summary>An attempt succeeded, or the thing is gone.</summary>
    public void Forget(AgentWork work)
    {
        lock (_lock)
        {
            _failures.Remove(work);
        }
    }

    private sealed record Failure(long? Generation, Blocker Why, long Since, TimeSpan Delay);
}

/// <summary>When something that failed is tried again.</summary>
/// <param name="First">Delay of the first repetition; it doubles with each further one.</param>
/// <param name="Longest">Upper bound of the delay.</param>
internal readonly record struct RetryDelays(TimeSpan First, TimeSpan Longest);

/// <summary>
/// Keeps the repair of a link from becoming a fight. Somebody who undoes every change at once would
/// otherwise be answered at once, for ever, at the pace of the kernel's announcements.
/// </summary>
internal sealed class LinkRepairLimiter(TimeProvider time)
{
    // The first configuration takes three: up, MTU, names.
    private const int MostRepairs = 6;
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);
    private readonly ConcurrentDictionary<AgentWork, RepairLimit> _repairs = new();

    /// <summary>How long the next repair has to wait; zero when it may be made.</summary>
    public TimeSpan Wait(AgentWork work) => _repairs.TryGetValue(work, out var repairs) ? repairs.Wait() : TimeSpan.Zero;

    /// <summary>A link was changed.</summary>
    public void Note(AgentWork work) => _repairs.GetOrAdd(work, _ => new RepairLimit(MostRepairs, Window, time)).Note();

    /// <summary>The thing is gone.</summary>
    public void Forget(AgentWork work) => _repairs.TryRemove(work, out _);
}
