namespace MultiEni.Controller.Ec2.Budget;

/// <summary>
/// A token bucket over given points in time, which must not go back. It has no clock of its own.
/// </summary>
internal sealed class TokenBucket
{
    // Sums of many small refills miss a whole token by rounding.
    private const double Rounding = 1e-9;

    private double _capacity;
    private double _level;
    private double _perSecond;
    private TimeSpan _at;

    /// <summary>Begins at a point in time with some tokens.</summary>
    public TokenBucket(double capacity, double level, double perSecond, TimeSpan now)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(perSecond);
        _capacity = capacity;
        _level = Math.Clamp(level, 0, capacity);
        _perSecond = perSecond;
        _at = now;
    }

    /// <summary>Refill that counts from the last <see cref="SetRate"/> on.</summary>
    public double PerSecond => _perSecond;

    /// <summary>Tokens in the bucket.</summary>
    public double LevelAt(TimeSpan now)
    {
        Refill(now);
        return _level;
    }

    /// <summary>Takes one token if there is one.</summary>
    public bool TryTake(TimeSpan now)
    {
        if (LevelAt(now) < 1 - Rounding)
        {
            return false;
        }

        _level = Math.Max(0, _level - 1);
        return true;
    }

    /// <summary>How long until <see cref="TryTake"/> succeeds at the present refill.</summary>
    public TimeSpan UntilToken(TimeSpan now)
    {
        var missing = 1 - Rounding - LevelAt(now);
        return missing <= 0 ? TimeSpan.Zero : TimeSpan.FromTicks((long)Math.Ceiling(missing / _perSecond * TimeSpan.TicksPerSecond));
    }

    /// <summary>Changes refill and capacity from now on.</summary>
    public void SetRate(TimeSpan now, double perSecond, double capacity)
    {
        Refill(now);
        _perSecond = perSecond;
        _capacity = capacity;
        _level = Math.Min(_level, capacity);
    }

    /// <summary>
    /// Puts a token in, as far as it has room: the account's own bucket was found to hold more.
    /// </summary>
    public void Add(TimeSpan now) => _level = Math.Min(_capacity, LevelAt(now) + 1);

    /// <summary>
    /// Throws away all but this many tokens: the account's own bucket was found empty.
    /// </summary>
    public void Drain(TimeSpan now, double remaining) => _level = Math.Min(LevelAt(now), remaining);

    private void Refill(TimeSpan now)
    {
        if (now > _at)
        {
            _level = Math.Min(_capacity, _level + (now - _at).TotalSeconds * _perSecond);
            _at = now;
        }
    }
}
