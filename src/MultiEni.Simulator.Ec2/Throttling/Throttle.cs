using MultiEni.Simulator.Ec2.Protocol;

namespace MultiEni.Simulator.Ec2.Throttling;

/// <summary>
/// Decides whether a request gets through: every bucket it needs has a token, or none gives one
/// (docs/reference/ec2.md#request-tokens).
/// </summary>
internal sealed class Throttle(Ec2Throttling options)
{
    private const string SharedPool = "mutating";
    private readonly Dictionary<string, TokenBucket> _buckets = new(StringComparer.Ordinal);

    public bool Admit(string action, QueryParameters query, bool mutating, DateTimeOffset now)
    {
        if (!options.Enabled)
        {
            return true;
        }

        var narrowed =
            query.Has("MaxResults")
            || query.HasAny("Filter.")
            || query.HasAny("NetworkInterfaceId.")
            || query.HasAny("InstanceId.")
            || query.HasAny("GroupId.");
        var (name, size) = BucketTable.Of(action, mutating, narrowed);
        var bucket = Bucket(name, options.Overrides.TryGetValue(action, out var other) ? other : Raised(size), now);
        var pool = mutating && options.SharedMutatingPool is { } poolSize ? Bucket(SharedPool, poolSize, now) : null;
        var instances = action == "TerminateInstances" ? query.List("InstanceId").Count : 0;
        var perInstance = instances > 0 ? Bucket("TerminateInstances/instances", Raised(BucketTable.TerminatedInstances), now) : null;

        if (!bucket.Has(1, now) || pool?.Has(1, now) == false || perInstance?.Has(instances, now) == false)
        {
            return false;
        }

        bucket.Take(1);
        pool?.Take(1);
        perInstance?.Take(instances);
        return true;
    }

    private BucketSize Raised(BucketSize size) => new(size.Capacity * options.Multiplier, size.RefillPerSecond * options.Multiplier);

    private TokenBucket Bucket(string name, BucketSize size, DateTimeOffset now)
    {
        if (!_buckets.TryGetValue(name, out var bucket))
        {
            _buckets[name] = bucket = new TokenBucket(size, now);
        }

        return bucket;
    }
}
