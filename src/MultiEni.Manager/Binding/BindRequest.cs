using MultiEni.Manager.Devices;

namespace MultiEni.Manager.Binding;

/// <summary>A device to be handed to a user-space driver, after identity and safety were checked.</summary>
internal sealed record BindRequest
{
    /// <summary>The device.</summary>
    public required PciAddress Address { get; init; }

    /// <summary>What it was when it was identified; it must still be that.</summary>
    public required PciIds Ids { get; init; }

    /// <summary>The driver that it is to get.</summary>
    public required string Driver { get; init; }

    /// <summary>The ENI.</summary>
    public required string EniId { get; init; }

    /// <summary>Its hardware address.</summary>
    public required string Mac { get; init; }

    /// <summary>Name of the attachment.</summary>
    public required string Attachment { get; init; }

    /// <summary>The present boot.</summary>
    public required string BootId { get; init; }

    /// <summary>The node's InternalIP addresses; empty while they are not known.</summary>
    public IReadOnlyList<string> NodeAddresses { get; init; } = [];

    /// <summary>The interface that the administrator named as the primary one; empty for none.</summary>
    public string PrimaryInterface { get; init; } = "";
}
