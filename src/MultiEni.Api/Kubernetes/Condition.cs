namespace MultiEni.Api.Kubernetes;

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
