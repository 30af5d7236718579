namespace MultiEni.Manager.Pods;

/// <summary>Quantities by resource name.</summary>
internal sealed record PodResources
{
    /// <summary>What is reserved.</summary>
    public Dictionary<string, string>? Requests { get; set; }

    /// <summary>What may be used.</summary>
    public Dictionary<string, string>? Limits { get; set; }
}
