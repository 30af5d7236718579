using Microsoft.Extensions.Logging;
using MultiEni.Operator.Client;

namespace MultiEni.Operator.Events;

/// <summary>Writes events that users see in <c>kubectl describe</c>. Never blocks and never fails its caller.</summary>
public sealed class EventRecorder(
    KubernetesClient client,
    string component,
    string instance,
    TimeProvider time,
    ILogger logger
)
{
    /// <summary>Events that were given up because the queue was full or the API server did not take them.</summary>
    public long Dropped => throw new NotImplementedException();

    /// <summary>Queues an event; returns at once.</summary>
    /// <param name="regarding">The object it is about.</param>
    /// <param name="type">Normal or warning.</param>
    /// <param name="reason">A CamelCase word.</param>
    /// <param name="message">A sentence for people.</param>
    public void Record(ObjectReference regarding, EventType type, string reason, string message) =>
        throw new NotImplementedException();

    /// <summary>Writes queued events until cancelled, then the rest within a few seconds.</summary>
    public Task RunAsync(CancellationToken cancellationToken) =>
        throw new NotImplementedException();
}
