using MultiEni.Operator.Client;

namespace MultiEni.Operator.Events;

/// <summary>What to write for an occurrence.</summary>
internal abstract record EventWrite
{
    private EventWrite() { }

    /// <summary>A new event object.</summary>
    public sealed record Create(KubernetesEvent Event) : EventWrite;

    /// <summary>One more of an event that is written already.</summary>
    public sealed record Repeat(ObjectKey Key, int Count, string Message, DateTimeOffset Time) : EventWrite;
}
