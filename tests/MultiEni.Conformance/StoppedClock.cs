namespace MultiEni.Conformance;

/// <summary>
/// A clock that shows the same second throughout a case, as most cases were recorded within one:
/// the order of managedFields depends on it. Timers run.
/// </summary>
internal sealed class StoppedClock : TimeProvider
{
    private readonly DateTimeOffset _now = System.GetUtcNow();

    public override DateTimeOffset GetUtcNow() => _now;
}
