using System.Collections.Concurrent;

namespace MultiEni.Controller.Ec2.Limits;

/// <summary>Limits of instance types: a table in the program for the common ones, EC2 for the others.</summary>
public sealed class InstanceTypeCatalog
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    // A type may be new in the region; what EC2 does not know is asked again sooner.
    private static readonly TimeSpan UnknownLifetime = TimeSpan.FromMinutes(10);

    private readonly Ec2Client _client;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<string, Asked> _asked = new(StringComparer.Ordinal);

    /// <summary>With the table of the program.</summary>
    public InstanceTypeCatalog(Ec2Client client, TimeProvider time)
    {
        _client = client;
        _time = time;
    }

    /// <summary>Limits known without asking; null otherwise.</summary>
    public InstanceTypeLimits? Find(string instanceType) =>
        InstanceTypeTable.Types.GetValueOrDefault(instanceType) ?? (TryFresh(instanceType, out var limits) ? limits : null);

    /// <summary>Limits, from EC2 if need be; null when EC2 does not know the type either. Answers count for 24 h.</summary>
    public async ValueTask<InstanceTypeLimits?> GetAsync(string instanceType, CancellationToken cancellationToken)
    {
        if (InstanceTypeTable.Types.TryGetValue(instanceType, out var known) || TryFresh(instanceType, out known))
        {
            return known;
        }

        var answer = await _client.DescribeInstanceTypesAsync([instanceType], cancellationToken);
        var limits = answer.FirstOrDefault(row => row.InstanceType == instanceType);
        _asked[instanceType] = new(limits, _time.GetTimestamp());
        return limits;
    }

    private bool TryFresh(string instanceType, out InstanceTypeLimits? limits)
    {
        var fresh =
            _asked.TryGetValue(instanceType, out var asked) && _time.GetElapsedTime(asked.At) < (asked.Limits is null ? UnknownLifetime : Lifetime);
        limits = fresh ? asked?.Limits : null;
        return fresh;
    }

    private sealed record Asked(InstanceTypeLimits? Limits, long At);
}
