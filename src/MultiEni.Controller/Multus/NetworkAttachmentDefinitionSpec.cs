namespace MultiEni.Controller.Multus;

/// <summary>What a network is.</summary>
public sealed record NetworkAttachmentDefinitionSpec
{
    /// <summary>The CNI configuration, JSON as text.</summary>
    public string? Config { get; set; }
}
