using MultiEni.Operator.Client;

namespace MultiEni.Operator.Events;

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
