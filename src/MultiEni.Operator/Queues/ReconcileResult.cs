namespace MultiEni.Operator.Queues;

/// <summary>What a reconciler wants next for its key. Failure is an exception.</summary>
public abstract record ReconcileResult
{
    private ReconcileResult() { }

    /// <summary>Nothing until something changes.</summary>
    public static ReconcileResult Done { get; } = new Settled();

    /// <summary>Look again after <paramref name="delay"/>, changes or not.</summary>
    public static ReconcileResult After(TimeSpan delay) => new LookAgain(delay);

    /// <summary>Nothing until something changes.</summary>
    public sealed record Settled : ReconcileResult;

    /// <summary>Look again after a while.</summary>
    public sealed record LookAgain(TimeSpan Delay) : ReconcileResult;
}
