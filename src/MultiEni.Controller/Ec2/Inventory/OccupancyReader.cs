using System.Collections.Concurrent;
using MultiEni.Controller.Ec2.Failures;

namespace MultiEni.Controller.Ec2.Inventory;

/// <summary>Reads what is attached to instances, foreign ENIs included; many instances in one call, and each not again for a minute [ec2 J.1].</summary>
internal sealed class OccupancyReader : IDisposable
{
    private readonly ConcurrentDictionary<InstanceId, Reading> _readings = new();
    private readonly DescribeCoalescer<InstanceId, IReadOnlyList<EniRow>> _coalescer;
    private readonly TimeSpan _lifetime;
    private readonly TimeProvider _time;

    public OccupancyReader(
        Func<IReadOnlyList<InstanceId>, CancellationToken, Task<IReadOnlyList<EniRow>>> describe,
        TimeSpan lifetime,
        TimeProvider time
    )
    {
        _lifetime = lifetime;
        _time = time;
        _coalescer = new(
            async (instances, token) => ByInstance(await describe(instances, token)),
            static exception =>
                exception
                    is Ec2CallException { Failure.Reaction: not (Ec2Reaction.Throttled or Ec2Reaction.OutcomeUnknown or Ec2Reaction.Unauthorized) },
            new(),
            time
        );
    }

    /// <summary>ENIs attached to the instance when it was last read.</summary>
    public async Task<IReadOnlyList<EniRow>> ReadAsync(InstanceId instance, CancellationToken cancellationToken)
    {
        if (_readings.TryGetValue(instance, out var reading) && _time.GetElapsedTime(reading.At) < _lifetime)
        {
            return reading.Rows;
        }

        var asked = _time.GetTimestamp();
        var rows = await _coalescer.GetAsync(instance, cancellationToken) ?? [];
        ForgetOld();
        _readings[instance] = new(rows, asked);
        return rows;
    }

    /// <summary>The next question goes to EC2.</summary>
    public void Forget(InstanceId instance) => _readings.TryRemove(instance, out _);

    public void Dispose() => _coalescer.Dispose();

    private static Dictionary<InstanceId, IReadOnlyList<EniRow>> ByInstance(IReadOnlyList<EniRow> rows)
    {
        var result = new Dictionary<InstanceId, IReadOnlyList<EniRow>>();
        foreach (var group in rows.GroupBy(row => row.Attachment?.InstanceId))
        {
            if (InstanceId.TryParse(group.Key, out var instance))
            {
                result[instance] = [.. group];
            }
        }

        return result;
    }

    private void ForgetOld()
    {
        foreach (var (instance, reading) in _readings)
        {
            if (_time.GetElapsedTime(reading.At) >= _lifetime)
            {
                _readings.TryRemove(new(instance, reading));
            }
        }
    }

    private sealed record Reading(IReadOnlyList<EniRow> Rows, long At);
}
