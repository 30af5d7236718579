namespace MultiEni.Simulator.Ec2;

/// <summary>The counters at one moment.</summary>
/// <param name="Unattached">Network interfaces that are in no instance now.</param>
/// <param name="PeakUnattached">
/// The most there were at once since the last reset: what a crash could have stranded
/// (docs/reference/ec2.md#call-plan).
/// </param>
/// <param name="RowsExamined">
/// Rows that DescribeNetworkInterfaces has looked at: the cost of its queries.
/// </param>
public sealed record Ec2CounterSnapshot(
    IReadOnlyDictionary<string, Ec2ActionCount> Actions,
    IReadOnlyList<Ec2CallRecord> Timeline,
    int Unattached,
    int PeakUnattached,
    long RowsExamined
)
{
    /// <summary>Mutating calls by name, throttled ones included.</summary>
    public required int Mutating { get; init; }

    /// <summary>All calls, throttled ones included.</summary>
    public int Total => Actions.Values.Sum(count => count.Total);

    /// <summary>Calls that met an empty bucket.</summary>
    public int Throttled => Actions.Values.Sum(count => count.Throttled);

    /// <summary>The counts of one action; zeros when it was never called.</summary>
    public Ec2ActionCount this[string action] => Actions.TryGetValue(action, out var count) ? count : default;
}
