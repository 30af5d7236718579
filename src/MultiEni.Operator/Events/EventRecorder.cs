using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using MultiEni.Operator.Client;

namespace MultiEni.Operator.Events;

/// <summary>Writes events that users see in <c>kubectl describe</c>. Never blocks and never fails its caller.</summary>
/// <param name="client">Connection.</param>
/// <param name="component">Name of the program.</param>
/// <param name="instance">Name of this process: its pod or node.</param>
/// <param name="time">Clock.</param>
/// <param name="logger">Log.</param>
public sealed class EventRecorder(KubernetesClient client, string component, string instance, TimeProvider time, ILogger logger)
{
    private const int Capacity = 1000;
    private const int Attempts = 3;
    private static readonly TimeSpan FlushLimit = TimeSpan.FromSeconds(3);

    private readonly EventCorrelator correlator = new(component, instance);
    private readonly Channel<EventOccurrence> waiting = Channel.CreateBounded<EventOccurrence>(
        new BoundedChannelOptions(Capacity) { SingleReader = true }
    );
    private long dropped;

    /// <summary>Events that were given up because the queue was full or the API server did not take them.</summary>
    public long Dropped => Interlocked.Read(ref dropped);

    /// <summary>Queues an event; returns at once.</summary>
    /// <param name="regarding">The object it is about.</param>
    /// <param name="type">Normal or warning.</param>
    /// <param name="reason">A CamelCase word.</param>
    /// <param name="message">A sentence for people.</param>
    public void Record(ObjectReference regarding, EventType type, string reason, string message)
    {
        if (!waiting.Writer.TryWrite(new EventOccurrence(regarding, type, reason, message, time.GetUtcNow())))
        {
            CountDropped();
        }
    }

    /// <summary>Writes queued events until cancelled, then the rest within a few seconds.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var cut = new CancellationTokenSource();
        var writing = WriteAllAsync(cut.Token);
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = cancellationToken.Register(() =>
        {
            waiting.Writer.TryComplete();
            stopped.TrySetResult();
        });
        await stopped.Task;
        try
        {
            await writing.WaitAsync(FlushLimit, time, CancellationToken.None);
        }
        catch (TimeoutException)
        {
            await cut.CancelAsync();
            await writing;
        }
    }

    private async Task WriteAllAsync(CancellationToken cancellationToken)
    {
        await foreach (var occurrence in waiting.Reader.ReadAllAsync(CancellationToken.None))
        {
            try
            {
                await WriteAsync(occurrence, cancellationToken);
            }
            catch (Exception e)
            {
                correlator.Forget(occurrence);
                CountDropped();
                OperatorLog.EventDropped(logger, occurrence.Reason, occurrence.Regarding.Name, e.Message);
            }
        }
    }

    private async Task WriteAsync(EventOccurrence occurrence, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                await WriteOnceAsync(occurrence, cancellationToken);
                return;
            }
            catch (Exception e)
                when (attempt < Attempts
                    && (e is HttpRequestException or IOException or TimeoutException or KubernetesApiException { IsTransient: true })
                )
            {
                correlator.Forget(occurrence);
                await Task.Delay(TimeSpan.FromSeconds(attempt), time, cancellationToken);
            }
        }
    }

    private async Task WriteOnceAsync(EventOccurrence occurrence, CancellationToken cancellationToken)
    {
        var write = correlator.Correlate(occurrence);
        if (write is EventWrite.Repeat repeat && !await TryRepeatAsync(repeat, cancellationToken))
        {
            // The server has dropped the first one meanwhile: begin anew.
            correlator.Forget(occurrence);
            write = correlator.Correlate(occurrence);
        }

        if (write is EventWrite.Create create)
        {
            await client.CreateAsync(KubernetesEvent.Resource, create.Event, cancellationToken);
        }
    }

    private async Task<bool> TryRepeatAsync(EventWrite.Repeat repeat, CancellationToken cancellationToken)
    {
        var patch = new JsonObject
        {
            ["count"] = repeat.Count,
            ["message"] = repeat.Message,
            ["lastTimestamp"] = repeat.Time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'"),
        };
        try
        {
            await client.MergePatchAsync(KubernetesEvent.Resource, repeat.Key, patch, null, cancellationToken);
            return true;
        }
        catch (KubernetesApiException e) when (e.IsNotFound)
        {
            return false;
        }
    }

    private void CountDropped()
    {
        Interlocked.Increment(ref dropped);
        OperatorMeter.EventsDropped.Add(1);
    }
}
