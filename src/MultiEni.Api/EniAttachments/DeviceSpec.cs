using System.Text.Json.Serialization;
using MultiEni.Api.NodeEnis;

namespace MultiEni.Api.EniAttachments;

/// <summary>What the agent does with the device once it is there.</summary>
public sealed record DeviceSpec
{
    /// <summary>One of <see cref="DeviceUses"/>.</summary>
    public string Use { get; set; } = DeviceUses.Plain;

    /// <summary>Driver to bind when <see cref="Use"/> is <see cref="DeviceUses.Bound"/>.</summary>
    public string? Driver { get; set; }

    /// <summary>The resource that pods request; when null and the device is advertised, generated from the device index in use.</summary>
    public string? ResourceName { get; set; }

    /// <summary>The PCI address that the user says the device has; checked, never trusted.</summary>
    [JsonPropertyName("pciAddress")]
    public string? PciAddress { get; set; }

    /// <summary>The three uses are told apart by which DPDK fields of the NodeENI are set.</summary>
    public static DeviceSpec From(NodeEniSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var named = !string.IsNullOrEmpty(spec.DpdkResourceName) || !string.IsNullOrEmpty(spec.DpdkPciAddress);
        return new DeviceSpec
        {
            Use =
                spec.EnableDpdk ? DeviceUses.Bound
                : named ? DeviceUses.Advertised
                : DeviceUses.Plain,
            Driver = spec.EnableDpdk ? spec.DpdkDriver : null,
            ResourceName = string.IsNullOrEmpty(spec.DpdkResourceName) ? null : spec.DpdkResourceName,
            PciAddress = string.IsNullOrEmpty(spec.DpdkPciAddress) ? null : spec.DpdkPciAddress,
        };
    }
}
