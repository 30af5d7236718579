namespace MultiEni.Simulator.Nodes;

/// <summary>How a write(2) to a kernel file goes on.</summary>
internal abstract record WriteOutcome
{
    private WriteOutcome() { }

    internal static WriteOutcome Success { get; } = new Returned(LinuxErrors.None);

    /// <summary>It returned.</summary>
    internal sealed record Returned(int Error) : WriteOutcome;

    /// <summary>It took effect and returns when this is over.</summary>
    internal sealed record ReturnsAfter(Task Completion) : WriteOutcome;

    /// <summary>Somebody else has the device's lock; nothing happened yet.</summary>
    internal sealed record WaitsFor(Task Lock) : WriteOutcome;

    internal static WriteOutcome Failure(int error) => new Returned(error);
}
