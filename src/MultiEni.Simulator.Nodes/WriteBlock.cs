namespace MultiEni.Simulator.Nodes;

/// <summary>Keeps a write or reads waiting until disposed.</summary>
internal sealed class WriteBlock : IDisposable
{
    private readonly TaskCompletionSource released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal Task Released => released.Task;

    public void Dispose() => released.TrySetResult();
}
