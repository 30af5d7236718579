namespace MultiEni.Operator.Events;

/// <summary>The two types of event that Kubernetes knows.</summary>
public enum EventType
{
    /// <summary>Information.</summary>
    Normal,

    /// <summary>Something that people may have to look at.</summary>
    Warning,
}
