namespace MultiEni.Operator.Informers;

/// <summary>Which objects of a kind an informer follows.</summary>
public sealed record InformerScope
{
    /// <summary>Every object of the kind.</summary>
    public static InformerScope All { get; } = new();

    /// <summary>One namespace; all of them when null.</summary>
    public string? Namespace { get; init; }

    /// <summary>Label selector.</summary>
    public string? LabelSelector { get; init; }

    /// <summary>Field selector.</summary>
    public string? FieldSelector { get; init; }
}
