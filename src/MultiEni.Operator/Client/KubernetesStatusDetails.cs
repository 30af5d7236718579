namespace MultiEni.Operator.Client;

/// <summary>The particulars of a failure.</summary>
public sealed record KubernetesStatusDetails
{
    /// <summary>One entry for each thing that is wrong.</summary>
    public List<KubernetesStatusCause>? Causes { get; set; }

    /// <summary>How long the server wants to be left alone; seconds.</summary>
    public int? RetryAfterSeconds { get; set; }
}
