using MultiEni.Simulator.Ec2.State;

namespace MultiEni.Simulator.Ec2;

/// <summary>What the program under test has asked for.</summary>
public sealed class Ec2Counters
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Ec2ActionCount> _actions = new(StringComparer.Ordinal);
    private readonly List<Ec2CallRecord> _timeline = [];
    private readonly Ec2State _state;
    private int _inProgress;
    private int _mutating;

    internal Ec2Counters(Ec2State state) => _state = state;

    /// <summary>
    /// Requests that have come in and are not answered yet; they wait for a latency, a hook or a
    /// delay. A driver of virtual time needs it.
    /// </summary>
    public int InProgress => Volatile.Read(ref _inProgress);

    /// <summary>All counters at this moment.</summary>
    public Ec2CounterSnapshot Snapshot()
    {
        var (unattached, peak, examined) = _state.Enter(() =>
            (_state.NetworkInterfaces.Unattached, _state.NetworkInterfaces.PeakUnattached, _state.NetworkInterfaces.RowsExamined)
        );
        lock (_gate)
        {
            return new Ec2CounterSnapshot(_actions.ToDictionary(StringComparer.Ordinal), [.. _timeline], unattached, peak, examined)
            {
                Mutating = _mutating,
            };
        }
    }

    /// <summary>Starts counting again.</summary>
    public void Reset()
    {
        _state.Enter(_state.NetworkInterfaces.ResetCounters);
        lock (_gate)
        {
            _actions.Clear();
            _timeline.Clear();
            _mutating = 0;
        }
    }

    internal void Began() => Interlocked.Increment(ref _inProgress);

    internal void Ended() => Interlocked.Decrement(ref _inProgress);

    internal void Add(Ec2CallRecord record)
    {
        lock (_gate)
        {
            var count = _actions.GetValueOrDefault(record.Action);
            _actions[record.Action] =
                record.Throttled ? count with { Throttled = count.Throttled + 1 }
                : record.ErrorCode is not null ? count with { Failed = count.Failed + 1 }
                : count with { Succeeded = count.Succeeded + 1 };
            // A dry run changes nothing.
            _mutating += record.Mutating && record.ErrorCode != "DryRunOperation" ? 1 : 0;
            if (_state.Options.KeepTimeline)
            {
                _timeline.Add(record);
            }
        }
    }
}
