namespace MultiEni.Operator.Client;

/// <summary>One thing that is wrong with a request.</summary>
public sealed record KubernetesStatusCause
{
    /// <summary>A CamelCase word such as <c>FieldValueInvalid</c>.</summary>
    public string? Reason { get; set; }

    /// <summary>A sentence for people.</summary>
    public string? Message { get; set; }

    /// <summary>The path of the field, such as <c>spec.mtu</c>.</summary>
    public string? Field { get; set; }
}
