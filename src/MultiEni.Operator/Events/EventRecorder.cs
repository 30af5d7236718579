using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using MultiEni.Api.Kubernetes;
using MultiEni.Operator.Client;

namespace MultiEni.Operator.Events;

/// <summary>
/// Writes events that users see in <c>kubectl describe</c>. Never blocks and never fails its
/// caller.
/// </summary>
/// <param name="client">Connection.</param>
/// <param name="component">Name of the program.</param>
/// <param name="instance">Name of this process: its pod or node.</param>
/// <param name="metrics">Where dropped events are counted.</param>
/// <param name="time">Clock.</param>
/// <param name="logger">Log.</param>
public sealed class EventRecorder(
    KubernetesClient client,
    string component,
    string instance,
    OperatorMetrics metrics,
    TimeProvider time,
    ILogger logger
)
{
    private const int Capacity = 1000;
    private const int Attempts = 3;
    private static readonly TimeSpan FlushLimit = TimeSpan.FromSeconds(3);

    // Thousands of ENIs that come or go are thousands of occurrences of two events: what counts
    // them up is written now and then.
    private static readonly TimeSpan RepeatInterval = TimeSpan.FromSeconds(10);

    private readonly EventCorrelator _correlator = new(component, instance);
    private readonly Channel<EventOccurrence> _waiting = Channel.CreateBounded<EventOccurrence>(
        new BoundedChannelOptions(Capacity) { SingleReader = true }
    );
    private readonly Dictionary<ObjectKey, HeldRepeat> _held = [];
    private readonly Dictionary<ObjectKey, DateTimeOffset> _written = [];
    private long _dropped;

    /// <summary>
    /// Events that were given up because the queue was full or the API server did not take them.
    /// </summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Queues an event; returns at once.</summary>
    /// <param name="regarding">The object it is about.</param>
    /// <param name="type">Normal or warning.</param>
    /// <param name="reason">A CamelCase word.</param>
    /// <param name="message">A sentence for people.</param>
    /// <param name="progress">
    /// How far that brings the whole, such as "3 of 8": asked for when the event is written, which
    /// is seldom. Null for nothing.
    /// </param>
    public void Record(ObjectReference regarding, EventType type, string reason, string message, Func<string>? progress = null)
    {
        if (!_waiting.Writer.TryWrite(new EventOccurrence(regarding, type, reason, message, time.GetUtcNow(), progress)))
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
            _waiting.Writer.TryComplete();
            stopped.TrySetResult();
        });
        await Task.WhenAny(writing, stopped.Task);
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
        var reader = _waiting.Reader;
        var news = reader.WaitToReadAsync(CancellationToken.None).AsTask();
        while (true)
        {
            await WaitAsync(news, cancellationToken);
            while (reader.TryRead(out var occurrence))
            {
                await TakeAsync(occurrence, cancellationToken);
            }

            var isEnd = news.IsCompleted && !await news;
            await WriteHeldAsync(all: isEnd, cancellationToken);
            if (isEnd)
            {
                return;
            }

            news = news.IsCompleted ? reader.WaitToReadAsync(CancellationToken.None).AsTask() : news;
        }
    }

    /// <summary>
    /// Waits for the next occurrence, or until a repeat that was held back is due.
    /// </summary>
    private async Task WaitAsync(Task news, CancellationToken cancellationToken)
    {
        if (_held.Count == 0)
        {
            await news;
            return;
        }

        var wait = _held.Values.Min(repeat => repeat.Due) - time.GetUtcNow();
        if (wait > TimeSpan.Zero)
        {
            using var cut = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(news, Task.Delay(wait.RoundUp(), time, cut.Token));
            await cut.CancelAsync();
        }
    }

    private async Task TakeAsync(EventOccurrence occurrence, CancellationToken cancellationToken)
    {
        switch (_correlator.Correlate(occurrence))
        {
            case EventWrite.Create create:
                await WriteAsync(occurrence, create, cancellationToken);
                break;
            case EventWrite.Repeat repeat:
                var due = _written.TryGetValue(repeat.Key, out var last) ? last + RepeatInterval : time.GetUtcNow();
                _held[repeat.Key] = new HeldRepeat(occurrence, repeat, due);
                break;
        }
    }

    private async Task WriteHeldAsync(bool all, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        foreach (var (key, repeat) in _held.Where(entry => all || entry.Value.Due <= now).ToList())
        {
            _held.Remove(key);
            await WriteAsync(repeat.Occurrence, repeat.Write, cancellationToken);
        }

        foreach (var (key, last) in _written)
        {
            if (now - last > RepeatInterval)
            {
                _written.Remove(key);
            }
        }
    }

    private async Task WriteAsync(EventOccurrence occurrence, EventWrite write, CancellationToken cancellationToken)
    {
        try
        {
            for (var attempt = 1; !await TryWriteAsync(write.With(occurrence.Progress), attempt, cancellationToken); attempt++)
            {
                // The server has no such event, or nobody knows whether it has: begin anew.
                _correlator.Forget(occurrence);
                write = _correlator.Correlate(occurrence);
            }
        }
        catch (Exception e)
        {
            _correlator.Forget(occurrence);
            CountDropped();
            OperatorLog.EventDropped(logger, occurrence.Reason, occurrence.Regarding.Name, e.Message);
        }
    }

    private async Task<bool> TryWriteAsync(EventWrite write, int attempt, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            switch (write)
            {
                case EventWrite.Create create:
                    await client.CreateAsync(KubernetesEvent.Resource, create.Event, cancellationToken);
                    _written[ObjectKey.Of(create.Event)] = time.GetUtcNow();
                    return true;
                case EventWrite.Repeat repeat:
                    _written[repeat.Key] = time.GetUtcNow();
                    return await TryRepeatAsync(repeat, cancellationToken);
            }

            return true;
        }
        catch (Exception e)
            when (attempt < Attempts && (e is HttpRequestException or IOException or TimeoutException or KubernetesApiException { IsTransient: true })
            )
        {
            await Task.Delay(TimeSpan.FromSeconds(attempt), time, cancellationToken);
            return false;
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
        Interlocked.Increment(ref _dropped);
        metrics.EventsDropped.Add(1);
    }

    private sealed record HeldRepeat(EventOccurrence Occurrence, EventWrite.Repeat Write, DateTimeOffset Due);
}

/// <summary>Something happened to an object.</summary>
/// <param name="Regarding">The object.</param>
/// <param name="Type">Normal or warning.</param>
/// <param name="Reason">A CamelCase word.</param>
/// <param name="Message">A sentence for people.</param>
/// <param name="Time">When.</param>
/// <param name="Progress">
/// How far that brings the whole, asked for when it is written; null for nothing.
/// </param>
internal sealed record EventOccurrence(
    ObjectReference Regarding,
    EventType Type,
    string Reason,
    string Message,
    DateTimeOffset Time,
    Func<string>? Progress = null
);

/// <summary>What to write for an occurrence.</summary>
internal abstract record EventWrite
{
    private EventWrite() { }

    /// <summary>The same with what it brings the whole to.</summary>
    public EventWrite With(Func<string>? progress) =>
        (this, progress?.Invoke()) switch
        {
            (Create create, { } reached) => new Create(create.Event with { Message = $"{create.Event.Message} ({reached})" }),
            (Repeat repeat, { } reached) => repeat with { Message = $"{repeat.Message} ({reached})" },
            _ => this,
        };

    /// <summary>A new event object.</summary>
    public sealed record Create(KubernetesEvent Event) : EventWrite;

    /// <summary>One more of an event that is written already.</summary>
    public sealed record Repeat(ObjectKey Key, int Count, string Message, DateTimeOffset Time) : EventWrite;
}
