namespace MultiEni.Simulator.Nodes;

/// <summary>A driver's removal that cannot end before the device is let go.</summary>
internal sealed class DriverRelease
{
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal Task Completion => _completion.Task;

    /// <summary>The device itself goes afterwards: it is being unplugged.</summary>
    internal bool ThenRemove { get; set; }

    internal void Complete() => _completion.TrySetResult();
}
