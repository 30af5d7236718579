namespace MultiEni.Operator.Client;

/// <summary>How the API server reports a failure.</summary>
public sealed record KubernetesStatus
{
    /// <summary>HTTP status code.</summary>
    public int Code { get; set; }

    /// <summary>A CamelCase word such as <c>Conflict</c>.</summary>
    public string? Reason { get; set; }

    /// <summary>A sentence for people.</summary>
    public string? Message { get; set; }

    /// <summary>What exactly is wrong.</summary>
    public KubernetesStatusDetails? Details { get; set; }
}
