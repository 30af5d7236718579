namespace MultiEni.Operator.Queues;

/// <summary>Exponential backoff with jitter, as a pure function.</summary>
/// <param name="Initial">Upper bound of the first delay.</param>
/// <param name="Factor">Growth from one attempt to the next.</param>
/// <param name="Maximum">Upper bound of every delay.</param>
/// <param name="Jitter">The share of the delay that is random: 1 for all of it (full jitter), 0 for none.</param>
public sealed record Backoff(TimeSpan Initial, double Factor, TimeSpan Maximum, double Jitter)
{
    /// <summary>1 s, doubling up to 60 s, full jitter.</summary>
    public static Backoff Reconcile { get; } = new(TimeSpan.FromSeconds(1), 2, TimeSpan.FromSeconds(60), 1);

    /// <summary>0.8 s, doubling up to 30 s, half of it random: a crowd of agents must not come back in step.</summary>
    public static Backoff Reconnect { get; } = new(TimeSpan.FromSeconds(0.8), 2, TimeSpan.FromSeconds(30), 0.5);

    /// <summary>The delay before attempt number <paramref name="attempt"/> + 1, counted from 0.</summary>
    /// <param name="attempt">How many attempts have failed before, from 0.</param>
    /// <param name="random">A number in [0, 1).</param>
    public TimeSpan Delay(int attempt, double random)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(attempt);
        var ceiling = Math.Min(Maximum.TotalSeconds, Initial.TotalSeconds * Math.Pow(Factor, attempt));
        return TimeSpan.FromSeconds(ceiling * (1 - Jitter + (Jitter * random)));
    }
}
