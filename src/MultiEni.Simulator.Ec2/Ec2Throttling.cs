namespace MultiEni.Simulator.Ec2;

/// <summary>
/// Request throttling of the account (docs/reference/ec2.md#request-tokens). A throttled request
/// takes no token: whether it does on AWS is not known.
/// </summary>
public sealed record Ec2Throttling
{
    /// <summary>No throttling at all.</summary>
    public static Ec2Throttling Off { get; } = new() { Enabled = false };

    /// <summary>Whether requests are throttled.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>
    /// Raised quotas: capacity and refill of every bucket times this
    /// (docs/reference/ec2.md#request-tokens).
    /// </summary>
    public double Multiplier { get; init; } = 1;

    /// <summary>
    /// One more bucket that all mutating calls share, as some say default accounts have
    /// (docs/reference/ec2.md#request-tokens); null for none.
    /// </summary>
    public BucketSize? SharedMutatingPool { get; init; }

    /// <summary>Other sizes than those of the table, by action; not multiplied.</summary>
    public IReadOnlyDictionary<string, BucketSize> Overrides { get; init; } = new Dictionary<string, BucketSize>(StringComparer.Ordinal);
}
