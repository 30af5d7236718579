using Microsoft.Extensions.Logging;
using MultiEni.Manager.Binding;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Publishing;
using MultiEni.Manager.Telemetry;

namespace MultiEni.Manager.Agent;

/// <summary>
/// Every look at the host goes through here, so that none is acted on before what an earlier boot
/// left is void: the journal's entries and the offers to pods.
/// </summary>
internal sealed class BootGuard(HostReader reader, BindingJournal journal, IDevicePublisher publisher, TimeProvider time, ILogger logger)
    : IDisposable
{
    private static readonly TimeSpan AgainDelay = TimeSpan.FromSeconds(1);
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly SemaphoreSlim _glance = new(1, 1);
    private readonly Lock _lock = new();
    private string? _bootId;
    private Glance? _last;
    private long _changes;

    /// <summary>Whether the host was read at least once.</summary>
    public bool HasRead => Volatile.Read(ref _bootId) is not null;

    /// <summary>The host as it was seen last; null when it was not.</summary>
    public HostObservation? Last => LastGlance()?.Seen;

    /// <summary>The host announced a change: what was seen before counts no more.</summary>
    public void Changed() => Interlocked.Increment(ref _changes);

    /// <summary>
    /// The host as it is now or was at most 200 ms ago, with no change announced since: for a first
    /// look at each of the node's attachments after one wake. Good for finding that there is
    /// nothing to do, and not for doing something.
    /// </summary>
    public async Task<HostObservation> GlanceAsync(CancellationToken cancellationToken)
    {
        await _glance.WaitAsync(cancellationToken);
        try
        {
            return LastGlance() is { } last && last.Changes == Volatile.Read(ref _changes) && time.GetElapsedTime(last.Begun) < WakeWindow.Longest
                ? last.Seen
                : await ObserveAsync(cancellationToken);
        }
        finally
        {
            _glance.Release();
        }
    }

    /// <summary>
    /// The first look, as soon as there is a host to look at: a simulated one may still be
    /// starting. Null when it fails: each later look tries again, and whoever waits for an answer
    /// of this agent is told why.
    /// </summary>
    public async Task<HostObservation?> FirstAsync(CancellationToken cancellationToken)
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
        var (begun, changes) = (time.GetTimestamp(), Volatile.Read(ref _changes));
        var seen = await reader.ReadAsync(cancellationToken);
        if (Volatile.Read(ref _bootId) != seen.BootId)
        {
            await BeginAsync(seen, cancellationToken);
        }

        lock (_lock)
        {
            if (_last is null || begun >= _last.Begun)
            {
                _last = new Glance(seen, begun, changes);
            }
        }

        return seen;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _turn.Dispose();
        _glance.Dispose();
    }

    private Glance? LastGlance()
    {
        lock (_lock)
        {
            return _last;
        }
    }

    private async Task BeginAsync(HostObservation seen, CancellationToken cancellationToken)
    {
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
    }

    private sealed record Glance(HostObservation Seen, long Begun, long Changes);
}
