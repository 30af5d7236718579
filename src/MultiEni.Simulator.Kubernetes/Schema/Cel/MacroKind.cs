namespace MultiEni.Simulator.Kubernetes.Schema.Cel;

/// <summary>The macros that run over the items of a list or the keys of a map.</summary>
public enum MacroKind
{
    /// <summary>Whether the condition holds for every item.</summary>
    All,

    /// <summary>Whether it holds for at least one.</summary>
    Exists,

    /// <summary>Whether it holds for exactly one.</summary>
    ExistsOne,

    /// <summary>The results for every item.</summary>
    Map,

    /// <summary>The items for which it holds.</summary>
    Filter,
}
