namespace MultiEni.Simulator.Kubernetes.Faults;

/// <summary>What a fault does to a request.</summary>
public abstract record FaultAction
{
    private FaultAction() { }

    /// <summary>Answers with a failure, whatever else happened.</summary>
    /// <param name="Code">Such as 409, 429, 500 or 503.</param>
    /// <param name="RetryAfterSeconds">Sent as <c>Retry-After</c>; zero sends none.</param>
    public sealed record Fail(int Code, int RetryAfterSeconds = 0) : FaultAction;

    /// <summary>Resets the connection. After the effect this is the lost answer.</summary>
    public sealed record Disconnect : FaultAction;

    /// <summary>Waits, on the simulator's clock.</summary>
    /// <param name="Time">How long.</param>
    public sealed record Delay(TimeSpan Time) : FaultAction;

    /// <summary>Waits until released.</summary>
    /// <param name="Release">Completes when the request may go on.</param>
    public sealed record Hold(Task Release) : FaultAction;
}
