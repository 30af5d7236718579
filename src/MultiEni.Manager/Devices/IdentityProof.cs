namespace MultiEni.Manager.Devices;

/// <summary>What the identity of a device rests on, the strongest first (docs/reference/driver-binding.md#identity-of-a-device).</summary>
internal enum IdentityProof
{
    /// <summary>Its interface shows the ENI's hardware address.</summary>
    HardwareAddress,

    /// <summary>The journal of this boot.</summary>
    Journal,

    /// <summary>This agent's own report of this boot.</summary>
    Report,

    /// <summary>No other device is left for this ENI, and no other ENI for this device.</summary>
    Elimination,

    /// <summary>No hardware address is known, and the node has exactly one device that it can be.</summary>
    DeviceIndex,
}
