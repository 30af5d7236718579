using Microsoft.Extensions.Logging;
using MultiEni.Manager.Binding;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Publishing;

namespace MultiEni.Manager.Agent;

/// <summary>
/// Every look at the host goes through here, so that none is acted on before what an earlier boot left is void: the journal's entries
/// and the offers to pods (rule 17).
/// </summary>
public sealed class BootWatch(HostReader reader, BindingJournal journal, IDevicePublisher publisher, ILogger logger) : IDisposable
{
    private static readonly TimeSpan AgainDelay = TimeSpan.FromSeconds(1);
    private readonly SemaphoreSlim _turn = new(1, 1);
    private string? _bootId;

    /// <summary>Whether the host was read at least once.</summary>
    public bool HasRead => Volatile.Read(ref _bootId) is not null;

    /// <summary>
    /// The first look, as soon as there is a host to look at: a simulated one may still be starting. Null when it fails: each later look tries again,
    /// and whoever waits for an answer of this agent is told why.
    /// </summary>
    public async Task<HostObservation?> FirstAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await ObserveAsync(cancellationToken);
            }
            catch (HttpRequestException error)
            {
                Log.HostUnreachable(logger, error.Message);
                await Task.Delay(AgainDelay, time, cancellationToken);
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                Log.NotReadyYet(logger, error);
                return null;
            }
        }
    }

    /// <summary>The host as it is now.</summary>
    public async Task<HostObservation> ObserveAsync(CancellationToken cancellationToken)
    {
        var seen = await reader.ReadAsync(cancellationToken);
        if (Volatile.Read(ref _bootId) == seen.BootId)
        {
            return seen;
        }

        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_bootId != seen.BootId)
            {
                if (journal.Void(seen.BootId) is > 0 and var count)
                {
                    Log.JournalVoided(logger, count);
                }

                await publisher.StartAsync(seen.BootId, cancellationToken);
                Volatile.Write(ref _bootId, seen.BootId);
            }
        }
        finally
        {
            _turn.Release();
        }

        return seen;
    }

    /// <inheritdoc />
    public void Dispose() => _turn.Dispose();
}
