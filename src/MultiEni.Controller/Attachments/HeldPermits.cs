namespace MultiEni.Controller.Attachments;

/// <summary>Permits taken in the course of one reconcile, each once, and all given back at its end.</summary>
internal sealed class HeldPermits : IDisposable
{
    private readonly List<SemaphoreSlim> taken = [];

    public async Task TakeAsync(SemaphoreSlim permits, CancellationToken cancellationToken)
    {
        if (!taken.Contains(permits))
        {
            await permits.WaitAsync(cancellationToken);
            taken.Add(permits);
        }
    }

    public void Dispose()
    {
        foreach (var permits in taken)
        {
            permits.Release();
        }
    }
}
