namespace MultiEni.Controller.Ec2.Budget;

/// <summary>
/// A rate that rises slowly while nothing is refused and falls fast when something is (additive
/// increase, multiplicative decrease) (docs/reference/ec2.md#rate-budget).
/// </summary>
internal sealed class AimdRate
{
    private const double Decrease = 0.6;
    private const double Increase = 0.05;
    private const double LeastPerSecond = 0.25;
    private static readonly TimeSpan IncreaseInterval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan DecreaseInterval = TimeSpan.FromSeconds(1);

    private readonly double _configured;
    private double _share;
    private TimeSpan _since;
    private TimeSpan? _lastCut;

    /// <summary>Begins at a share of the configured rate.</summary>
    public AimdRate(double configuredPerSecond, double share, TimeSpan now)
    {
        _configured = configuredPerSecond;
        _share = share;
        _since = now;
    }

    /// <summary>
    /// Requests a second: never above the configured rate, never so low that nothing moves.
    /// </summary>
    public double At(TimeSpan now) => Math.Max(_configured * ShareAt(now), Math.Min(LeastPerSecond, _configured));

    /// <summary>When the rate rises next; null at the top.</summary>
    public TimeSpan? NextRise(TimeSpan now) => ShareAt(now) >= 1 ? null : _since + IncreaseInterval * (Steps(now) + 1);

    /// <summary>Falls, but at most once a second: one overload throttles many calls.</summary>
    public bool Cut(TimeSpan now)
    {
        if (_lastCut is { } last && now - last < DecreaseInterval)
        {
            return false;
        }

        _share = At(now) / _configured * Decrease;
        _since = now;
        _lastCut = now;
        return true;
    }

    /// <summary>
    /// Goes to the configured rate at once: there is evidence that nobody else draws on the
    /// account's bucket.
    /// </summary>
    public void Rise(TimeSpan now)
    {
        _share = 1;
        _since = now;
    }

    /// <summary>Share of the configured rate.</summary>
    public double ShareAt(TimeSpan now) => Math.Min(1, _share + Increase * Steps(now));

    private long Steps(TimeSpan now) => Math.Max(0, (now - _since).Ticks / IncreaseInterval.Ticks);
}
