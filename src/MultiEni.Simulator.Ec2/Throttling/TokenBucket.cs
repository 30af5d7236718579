namespace MultiEni.Simulator.Ec2.Throttling;

/// <summary>A full bucket that is refilled continuously.</summary>
internal sealed class TokenBucket(BucketSize size, DateTimeOffset now)
{
    private double _tokens = size.Capacity;
    private DateTimeOffset _filledAt = now;

    /// <summary>Whether that many tokens are there now.</summary>
    public bool Has(double tokens, DateTimeOffset now)
    {
        if (now > _filledAt)
        {
            _tokens = Math.Min(size.Capacity, _tokens + ((now - _filledAt).TotalSeconds * size.RefillPerSecond));
            _filledAt = now;
        }

        // Sums of refills such as 0.2 s × 5/s may end a hair below a whole token.
        return _tokens >= tokens - 1e-9;
    }

    /// <summary>Takes tokens that <see cref="Has"/> has promised.</summary>
    public void Take(double tokens) => _tokens -= tokens;
}
