using MultiEni.Api.EniAttachments;
using MultiEni.Manager.Publishing;

namespace MultiEni.Manager.Steps;

/// <summary>What an attachment asks of the node, with the node's own defaults filled in.</summary>
internal sealed record DesiredDevice
{
    /// <summary>One of <see cref="DeviceUses"/>.</summary>
    public string Use { get; init; } = DeviceUses.Plain;

    /// <summary>The driver for <see cref="DeviceUses.Bound"/>.</summary>
    public string Driver { get; init; } = "";

    /// <summary>MTU in bytes; 0 leaves the kernel's.</summary>
    public int Mtu { get; init; }

    /// <summary>The resource to offer the device under; null when the name that was asked for is none.</summary>
    public ResourceName? Resource { get; init; }

    /// <summary>What is wrong with the name that was asked for.</summary>
    public string ResourceProblem { get; init; } = "";

    /// <summary>The ENI.</summary>
    public string EniId { get; init; } = "";

    /// <summary>One of <see cref="EniState"/>.</summary>
    public string NetworkState { get; init; } = EniState.Pending;

    /// <summary>Whether the attachment is to go away.</summary>
    public bool Deleting { get; init; }

    /// <summary>Whether the agent's finalizer holds it.</summary>
    public bool HasFinalizer { get; init; }
}
