namespace MultiEni.Api.EniAttachments;

/// <summary>Names the NodeENI behind an attachment.</summary>
public sealed record NodeEniReference
{
    /// <summary>Its name.</summary>
    public string Name { get; set; } = "";

    /// <summary>Its identity: a NodeENI that was deleted and created again is another one.</summary>
    public string Uid { get; set; } = "";
}
