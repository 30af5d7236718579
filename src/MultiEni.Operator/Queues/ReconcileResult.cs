namespace MultiEni.Operator.Queues;

/// <summary>What a reconciler wants next for its key. Failure is an exception.</summary>
public abstract record ReconcileResult
{
    private ReconcileResult() { }

    /// <summary>Nothing until something changes.</summary>
    public static ReconcileResult Done { get; } = new Settled();

    /// <summary>Look again after <paramref name="delay"/>, changes or not, as urgently as this time.</summary>
    public static ReconcileResult After(TimeSpan delay) => new LookAgain(delay, null);

    /// <summary>Look again after <paramref name="delay"/>, changes or not, with another priority.</summary>
    public static ReconcileResult After(TimeSpan delay, int priority) => new LookAgain(delay, priority);

    /// <summary>Nothing until something changes.</summary>
    public sealed record Settled : ReconcileResult;

    /// <summary>Look again after a while; with the priority of this time when none is given.</summary>
    public sealed record LookAgain(TimeSpan Delay, int? Priority) : ReconcileResult;
}
