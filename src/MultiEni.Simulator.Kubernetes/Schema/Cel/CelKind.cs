namespace MultiEni.Simulator.Kubernetes.Schema.Cel;

/// <summary>The types of CEL that rules meet.</summary>
public enum CelKind
{
    /// <summary>The null of a nullable field.</summary>
    Null,

    /// <summary>An evaluation that failed; its text is the reason.</summary>
    Error,

    /// <summary>True or false.</summary>
    Bool,

    /// <summary>A signed integer of 64 bits.</summary>
    Int,

    /// <summary>An unsigned integer of 64 bits.</summary>
    Uint,

    /// <summary>A floating-point number.</summary>
    Double,

    /// <summary>Text; its size counts code points.</summary>
    String,

    /// <summary>A point in time.</summary>
    Timestamp,

    /// <summary>A span of time.</summary>
    Duration,

    /// <summary>A list.</summary>
    List,

    /// <summary>A map, or an object of the schema.</summary>
    Map,

    /// <summary>A value that may be absent.</summary>
    Optional,
}
