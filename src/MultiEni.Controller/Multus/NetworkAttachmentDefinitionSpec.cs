namespace MultiEni.Controller.Multus;

/// <summary>What a network is.</summary>
internal sealed record NetworkAttachmentDefinitionSpec
{
    /// <summary>The CNI configuration, JSON as text.</summary>
    public string? Config { get; set; }
}
