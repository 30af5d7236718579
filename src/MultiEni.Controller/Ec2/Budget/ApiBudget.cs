namespace MultiEni.Controller.Ec2.Budget;

/// <summary>One API's bucket, the rate it is refilled at, and who waits for it.</summary>
internal sealed class ApiBudget
{
    private const double LeakShare = 0.5;

    private readonly TokenBucket _bucket;
    private readonly AimdRate _rate;
    private readonly double _burst;

    // What the account's bucket holds at most, as long as nothing was refused; null once it is
    // known or was refused.
    private TokenBucket? _atMost;
    private TimeSpan? _lastLeakCall;

    /// <summary>Begins as the options say.</summary>
    public ApiBudget(ApiRate quota, Ec2BudgetOptions options, TimeSpan now)
    {
        Mutating = quota.Mutating;
        _burst = Math.Max(1, quota.Burst * options.RateProfile);
        var perSecond = quota.PerSecond * options.RateProfile;
        _rate = new(perSecond, options.SafetyShare, now);
        _bucket = new(Capacity(now), Capacity(now) * options.InitialBurst, _rate.At(now), now);
        _atMost = new(_burst, _burst, perSecond, now);
    }

    /// <summary>Whether the parent bucket counts too.</summary>
    public bool Mutating { get; }

    /// <summary>Calls that wait.</summary>
    public BudgetQueue Queue { get; } = new();

    /// <summary>Brings the refill up to date and returns it.</summary>
    public double Advance(TimeSpan now)
    {
        var perSecond = _rate.At(now);
        if (perSecond != _bucket.PerSecond)
        {
            _bucket.SetRate(now, perSecond, Capacity(now));
        }

        return perSecond;
    }

    /// <summary>How long until the first call in the queue may go.</summary>
    public TimeSpan UntilFirst(TimeSpan now)
    {
        var token = _bucket.UntilToken(now);
        if (Queue.First is not { Priority: CallPriority.LeakCleanup } || _lastLeakCall is not { } last)
        {
            return token;
        }

        // Cleanup has time; half of the refill stays for whoever comes next.
        var spacing = last + TimeSpan.FromSeconds(1 / (_bucket.PerSecond * LeakShare)) - now;
        return spacing > token ? spacing : token;
    }

    /// <summary>Lets the first call go; only when <see cref="UntilFirst"/> is zero.</summary>
    public long TakeFirst(TimeSpan now)
    {
        if (Queue.First is not var (priority, ticket) || !_bucket.TryTake(now))
        {
            throw new InvalidOperationException("No call may go");
        }

        _atMost?.TryTake(now);
        Queue.Remove(ticket, priority);
        if (priority == CallPriority.LeakCleanup)
        {
            _lastLeakCall = now;
        }

        return ticket;
    }

    /// <summary>
    /// EC2 took a call. As long as it never refused one, each is evidence that the account's bucket
    /// holds more than was assumed, and sets one more token free: the number of calls doubles with
    /// each round until the whole burst is used or the first one is refused. A burst that was taken
    /// whole leaves no room for others, so there are none, and the refill need not be shared
    /// either.
    /// </summary>
    /// <returns>Whether that changed anything.</returns>
    public bool Accepted(TimeSpan now)
    {
        if (_atMost is null)
        {
            return false;
        }

        if (_atMost.LevelAt(now) - _bucket.LevelAt(now) >= 1)
        {
            _bucket.Add(now);
        }
        else
        {
            _atMost = null;
            _rate.Rise(now);
            Advance(now);
        }

        return true;
    }

    /// <summary>
    /// EC2 refused a call for its rate: the account's bucket is empty, whatever ours said.
    /// </summary>
    public void Throttled(TimeSpan now)
    {
        _atMost = null;
        if (_rate.Cut(now))
        {
            _bucket.Drain(now, remaining: 1);
            Advance(now);
        }
    }

    /// <summary>When the refill changes by itself; null when it does not.</summary>
    public TimeSpan? NextRise(TimeSpan now) => _rate.NextRise(now);

    private double Capacity(TimeSpan now) => Math.Max(1, _burst * _rate.ShareAt(now));
}
