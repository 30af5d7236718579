using System.Collections.Concurrent;

namespace MultiEni.Controller.Ec2.Limits;

/// <summary>
/// Limits of instance types: a table in the program for those whose values were published or described, EC2 for the others. Values that were
/// only recalled count while EC2 cannot be asked, and no longer. Safe for concurrent use.
/// </summary>
internal sealed class InstanceTypeCatalog(Ec2Client client, TimeProvider time) : IDisposable
{
    // A type may be new in the Region; what EC2 does not know is asked again. What it does know does not change.
    private static readonly TimeSpan UnknownLifetime = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<string, Asked> _asked = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _asking = new(1);

    /// <summary>What is known without asking; null when nothing is.</summary>
    public InstanceTypeLimits? Find(string instanceType) =>
        _asked.TryGetValue(instanceType, out var answer) && answer.Limits is not null
            ? answer.Limits
            : InstanceTypeTable.Types.GetValueOrDefault(instanceType)?.Limits;

    /// <summary>Asks EC2 for those types that are not known for certain, all in one call as far as it takes them.</summary>
    /// <exception cref="Failures.Ec2CallException">EC2 did not answer.</exception>
    public async Task LearnAsync(IEnumerable<string> instanceTypes, CancellationToken cancellationToken)
    {
        var wanted = instanceTypes.Where(Uncertain).Distinct(StringComparer.Ordinal).ToList();
        if (wanted.Count == 0)
        {
            return;
        }

        await _asking.WaitAsync(cancellationToken);
        try
        {
            wanted.RemoveAll(type => !Uncertain(type));
            if (wanted.Count == 0)
            {
                return;
            }

            var rows = await client.DescribeInstanceTypesAsync(wanted, cancellationToken);
            var byType = rows.ToDictionary(row => row.InstanceType, StringComparer.Ordinal);
            foreach (var type in wanted)
            {
                _asked[type] = new(byType.GetValueOrDefault(type), time.GetTimestamp());
            }
        }
        finally
        {
            _asking.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _asking.Dispose();

    private bool Uncertain(string type)
    {
        if (InstanceTypeTable.Types.GetValueOrDefault(type) is { IsCertain: true })
        {
            return false;
        }

        return !_asked.TryGetValue(type, out var answer) || (answer.Limits is null && time.GetElapsedTime(answer.At) >= UnknownLifetime);
    }

    private sealed record Asked(InstanceTypeLimits? Limits, long At);
}
