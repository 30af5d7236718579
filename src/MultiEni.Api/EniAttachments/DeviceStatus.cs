using System.Text.Json.Serialization;

namespace MultiEni.Api.EniAttachments;

/// <summary>The device as the node's kernel knows it.</summary>
public sealed record DeviceStatus
{
    /// <summary>
    /// The attachment in EC2 that the agent's conditions are about: its <c>status.network.attachmentID</c> when they were made. Those about an
    /// earlier one, of an ENI that was made or attached anew since, say nothing of the present device.
    /// </summary>
    [JsonPropertyName("attachmentID")]
    public string? AttachmentId { get; set; }

    /// <summary>Name of the network interface, while the kernel has it.</summary>
    public string? InterfaceName { get; set; }

    /// <summary>PCI address, such as <c>0000:00:06.0</c>.</summary>
    [JsonPropertyName("pciAddress")]
    public string? PciAddress { get; set; }

    /// <summary>PCI vendor, four hexadecimal digits.</summary>
    [JsonPropertyName("vendorID")]
    public string? VendorId { get; set; }

    /// <summary>PCI device, four hexadecimal digits.</summary>
    [JsonPropertyName("deviceID")]
    public string? DeviceId { get; set; }

    /// <summary>The driver that holds the device; absent when none does.</summary>
    public string? Driver { get; set; }

    /// <summary>As seen on the link, in bytes.</summary>
    public int? Mtu { get; set; }

    /// <summary><c>up</c> or <c>down</c>, while the kernel has a link.</summary>
    public string? LinkState { get; set; }

    /// <summary><c>iommu</c>, <c>noiommu</c> or <c>none</c>: how a user-space driver's memory accesses are confined.</summary>
    public string? Iommu { get; set; }

    /// <summary>VFIO group of a bound device, as in <c>/dev/vfio/GROUP</c>.</summary>
    public string? VfioGroup { get; set; }

    /// <summary>
    /// Whether a bound device's memory can be mapped write-combining: <c>igb_uio</c>, <c>patched</c> (a vfio-pci that is not the kernel's
    /// own), <c>none</c> or <c>unknown</c>.
    /// </summary>
    public string? WriteCombining { get; set; }

    /// <summary>The resource under which pods get the device.</summary>
    public string? ResourceName { get; set; }

    /// <summary>Whether the device is offered to pods at present.</summary>
    public bool? Advertised { get; set; }

    /// <summary>Boot of the node that the statement is about: a binding does not outlive it.</summary>
    [JsonPropertyName("bootID")]
    public string? BootId { get; set; }

    /// <summary>
    /// When the agent last said that it works on the release; set only while the attachment is being deleted. Renewed as
    /// <see cref="ReleaseHeartbeat"/> says: an agent that stops renewing it is taken for dead.
    /// </summary>
    public DateTimeOffset? ReleaseHeartbeatTime { get; set; }
}

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
