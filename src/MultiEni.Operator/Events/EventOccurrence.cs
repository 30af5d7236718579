namespace MultiEni.Operator.Events;

/// <summary>Something happened to an object.</summary>
/// <param name="Regarding">The object.</param>
/// <param name="Type">Normal or warning.</param>
/// <param name="Reason">A CamelCase word.</param>
/// <param name="Message">A sentence for people.</param>
/// <param name="Time">When.</param>
/// <param name="Progress">How far that brings the whole, asked for when it is written; null for nothing.</param>
internal sealed record EventOccurrence(
    ObjectReference Regarding,
    EventType Type,
    string Reason,
    string Message,
    DateTimeOffset Time,
    Func<string>? Progress = null
);
