namespace MultiEni.Simulator.Kubernetes.Schema.Cel;

/// <summary>The types of CEL that expressions may use here.</summary>
internal enum CelKind
{
    /// <summary>Known at run time only.</summary>
    Dyn,
    Null,
    Bool,
    Int,
    String,
    List,

    /// <summary>With texts as keys.</summary>
    Map,

    /// <summary>With fields that are known.</summary>
    Object,
    Optional,

    /// <summary>An amount of a resource.</summary>
    Quantity,

    /// <summary>A semantic version.</summary>
    Version,
}
