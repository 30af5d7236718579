namespace MultiEni.Api.Kubernetes;

/// <summary>Reads and builds lists of conditions.</summary>
public static class Conditions
{
    /// <summary>The condition of a type, or null.</summary>
    public static Condition? Find(this IReadOnlyList<Condition>? conditions, string type)
    {
        if (conditions is null)
        {
            return null;
        }

        foreach (var condition in conditions)
        {
            if (condition.Type == type)
            {
                return condition;
            }
        }

        return null;
    }

    /// <summary>Whether the condition of a type is present and true.</summary>
    public static bool IsTrue(this IReadOnlyList<Condition>? conditions, string type) => conditions.Find(type)?.Status == ConditionStatus.True;

    /// <summary>
    /// Length of the longest message, in characters. The definitions allow no more, so that the status of an object stays far below what
    /// the API server stores.
    /// </summary>
    public const int LongestMessage = 4096;

    /// <summary>The text, cut to a length with an ellipsis when it is longer.</summary>
    public static string Cut(string text, int longest)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length <= longest)
        {
            return text;
        }

        var end = longest - 1;
        return string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[end - 1]) ? end - 1 : end), "…");
    }

    /// <summary>
    /// A condition that keeps the transition time of its predecessor in <paramref name="before"/> unless the status changes, so that
    /// saying the same thing again yields an equal object and no write. A message that is too long is cut to <see cref="LongestMessage"/>.
    /// </summary>
    public static Condition Next(
        this IReadOnlyList<Condition>? before,
        string type,
        string status,
        string reason,
        string message,
        long? observedGeneration,
        DateTimeOffset now
    )
    {
        var previous = before.Find(type);
        var unchanged = previous is not null && previous.Status == status && previous.LastTransitionTime is not null;
        return new Condition
        {
            Type = type,
            Status = status,
            Reason = reason,
            Message = Cut(message, LongestMessage),
            ObservedGeneration = observedGeneration,
            LastTransitionTime = unchanged ? previous!.LastTransitionTime : Timestamps.ToSeconds(now),
        };
    }
}

/// <summary>One aspect of an object's state, in the form of the Kubernetes API conventions.</summary>
public sealed record Condition
{
    /// <summary>Unique within the object, such as <c>Ready</c>.</summary>
    public string Type { get; set; } = "";

    /// <summary><c>True</c>, <c>False</c> or <c>Unknown</c>.</summary>
    public string Status { get; set; } = ConditionStatus.Unknown;

    /// <summary>A CamelCase word for programs; one of <see cref="Reasons"/>.</summary>
    public string Reason { get; set; } = "";

    /// <summary>A sentence for people: what is the case and, when it is not good, what to do.</summary>
    public string Message { get; set; } = "";

    /// <summary>When <see cref="Status"/> last changed. Does not move when only reason or message change.</summary>
    public DateTimeOffset? LastTransitionTime { get; set; }

    /// <summary>The generation of the specification that the statement is about.</summary>
    public long? ObservedGeneration { get; set; }
}

/// <summary>The three values of a condition's status.</summary>
public static class ConditionStatus
{
    /// <summary>The condition holds.</summary>
    public const string True = "True";

    /// <summary>The condition does not hold.</summary>
    public const string False = "False";

    /// <summary>Nobody has determined it yet.</summary>
    public const string Unknown = "Unknown";
}
