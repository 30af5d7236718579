using MultiEni.Manager.Host;

namespace MultiEni.GuestChecks;

/// <summary>Everything that was announced, and waiting for what will be.</summary>
internal sealed class EventLog
{
    private readonly Lock _gate = new();
    private readonly List<HostEvent> _events = [];
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Collects until cancelled.</summary>
    public async Task CollectAsync(IAsyncEnumerable<HostEvent> events)
    {
        await foreach (var announced in events)
        {
            lock (_gate)
            {
                _events.Add(announced);
                _news.SetResult();
                _news = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
    }

    /// <summary>Forgets what was announced so far.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _events.Clear();
        }
    }

    /// <summary>
    /// Waits until the event has been announced since the last <see cref="Clear"/>.
    /// </summary>
    public Task<string?> ExpectAsync(HostEvent expected, CancellationToken cancellationToken) =>
        ExpectAsync(announced => announced == expected, cancellationToken);

    public async Task<string?> ExpectAsync(Func<HostEvent, bool> expected, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task news;
            lock (_gate)
            {
                if (_events.Any(expected))
                {
                    return null;
                }

                news = _news.Task;
            }

            try
            {
                await news.WaitAsync(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                lock (_gate)
                {
                    return $"announced were only: {string.Join(", ", _events)}";
                }
            }
        }
    }
}
