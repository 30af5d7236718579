namespace MultiEni.Api.EniAttachments;

/// <summary>Values of <see cref="DeviceSpec.Use"/>.</summary>
public static class DeviceUses
{
    /// <summary>Brought up on the node and not offered to pods.</summary>
    public const string Plain = "Plain";

    /// <summary>Brought up with its kernel driver and offered to pods as a resource.</summary>
    public const string Advertised = "Advertised";

    /// <summary>Bound to a DPDK driver and offered to pods as a resource.</summary>
    public const string Bound = "Bound";
}
