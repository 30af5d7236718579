namespace MultiEni.Api.Kubernetes;

/// <summary>Reads and builds condition lists.</summary>
public static class Conditions
{
    /// <summary>The condition of this type, or null.</summary>
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

    /// <summary>Whether the condition of this type exists and is true.</summary>
    public static bool IsTrue(this IReadOnlyList<Condition>? conditions, string type) => conditions.Find(type)?.Status == ConditionStatus.True;

    /// <summary>
    /// Maximum message length in characters. The CRDs enforce it, so that an object's status stays
    /// far below the API server's size limit.
    /// </summary>
    public const int LongestMessage = 4096;

    /// <summary>Truncates the text to this length, with an ellipsis.</summary>
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
    /// Builds a condition that keeps the transition time of its predecessor in
    /// <paramref name="before"/> unless the status changes, so that an unchanged condition yields
    /// an equal object and no write. Truncates the message to <see cref="LongestMessage"/>.
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

/// <summary>A condition according to the Kubernetes API conventions.</summary>
public sealed record Condition
{
    /// <summary>Unique within the object, such as <c>Ready</c>.</summary>
    public string Type { get; set; } = "";

    /// <summary><c>True</c>, <c>False</c> or <c>Unknown</c>.</summary>
    public string Status { get; set; } = ConditionStatus.Unknown;

    /// <summary>Machine-readable CamelCase reason; one of <see cref="Reasons"/>.</summary>
    public string Reason { get; set; } = "";

    /// <summary>Human-readable message: the state and, if there is a problem, the remedy.</summary>
    public string Message { get; set; } = "";

    /// <summary>
    /// When <see cref="Status"/> last changed. Not updated if only reason or message change.
    /// </summary>
    public DateTimeOffset? LastTransitionTime { get; set; }

    /// <summary>The metadata.generation that the condition was set for.</summary>
    public long? ObservedGeneration { get; set; }
}

/// <summary>The three values of a condition's status.</summary>
public static class ConditionStatus
{
    /// <summary>The condition holds.</summary>
    public const string True = "True";

    /// <summary>The condition does not hold.</summary>
    public const string False = "False";

    /// <summary>The condition is not determined yet.</summary>
    public const string Unknown = "Unknown";
}
