namespace MultiEni.Operator.Queues;

/// <summary>How a reconcile loop works.</summary>
public sealed record ReconcileLoopOptions
{
    /// <summary>Keys worked on at the same time.</summary>
    public int Workers { get; init; } = 1;

    /// <summary>How long running reconciles may go on after the loop was asked to stop; then they are cancelled.</summary>
    public TimeSpan GracePeriod { get; init; } = TimeSpan.FromSeconds(10);
}
