namespace MultiEni.Simulator.Nodes;

/// <summary>Keeps a write or reads waiting until disposed.</summary>
internal sealed class WriteBlock : IDisposable
{
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal Task Released => _released.Task;

    public void Dispose() => _released.TrySetResult();
}
