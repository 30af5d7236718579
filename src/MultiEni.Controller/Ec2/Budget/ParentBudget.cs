namespace MultiEni.Controller.Ec2.Budget;

/// <summary>
/// One bucket for all mutating APIs together. The documents say that each API has its own;
/// operators of large clusters found accounts where they share one
/// (docs/reference/ec2.md#request-tokens). It is engaged only by evidence: throttles of two
/// mutating APIs within ten seconds (docs/reference/ec2.md#rate-budget).
/// </summary>
internal sealed class ParentBudget
{
    private static readonly TimeSpan Evidence = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    private readonly double _perSecond;
    private readonly double _share;
    private readonly double _burst;
    private string? _lastApi;
    private TimeSpan _lastThrottle;
    private AimdRate? _rate;
    private TokenBucket? _bucket;

    /// <summary>Not engaged at first.</summary>
    public ParentBudget(Ec2BudgetOptions options)
    {
        _perSecond = ApiRates.DefaultMutating.PerSecond * options.RateProfile;
        _burst = Math.Max(1, ApiRates.DefaultMutating.Burst * options.RateProfile * options.SafetyShare);
        _share = options.SafetyShare;
    }

    /// <summary>Whether mutating calls take a token here too.</summary>
    public bool Engaged => _bucket is not null;

    /// <summary>
    /// Brings the refill up to date; lets go when nothing was refused for ten minutes.
    /// </summary>
    public void Advance(TimeSpan now)
    {
        if (_rate is null || _bucket is null)
        {
            return;
        }

        if (now - _lastThrottle >= Lifetime)
        {
            _rate = null;
            _bucket = null;
            _lastApi = null;
            return;
        }

        _bucket.SetRate(now, _rate.At(now), _burst);
    }

    /// <summary>
    /// How long until a mutating call may go, as far as this bucket is concerned.
    /// </summary>
    public TimeSpan UntilToken(TimeSpan now) => _bucket?.UntilToken(now) ?? TimeSpan.Zero;

    /// <summary>Takes a token, if engaged.</summary>
    public void Take(TimeSpan now)
    {
        if (_bucket is not null && !_bucket.TryTake(now))
        {
            throw new InvalidOperationException("No call may go");
        }
    }

    /// <summary>A mutating call was refused for its rate.</summary>
    public void Throttled(string api, TimeSpan now)
    {
        if (_rate is not null && _bucket is not null)
        {
            if (_rate.Cut(now))
            {
                _bucket.Drain(now, remaining: 1);
                _bucket.SetRate(now, _rate.At(now), _burst);
            }
        }
        else if (_lastApi is not null && _lastApi != api && now - _lastThrottle <= Evidence)
        {
            _rate = new(_perSecond, _share, now);
            _bucket = new(_burst, level: 1, _rate.At(now), now);
        }

        _lastApi = api;
        _lastThrottle = now;
    }

    /// <summary>When the refill changes by itself; null when it does not.</summary>
    public TimeSpan? NextRise(TimeSpan now) => _rate?.NextRise(now);
}
