using System.Text.Json.Serialization;

namespace MultiEni.Api.EniAttachments;

/// <summary>The device as observed on the node.</summary>
public sealed record DeviceStatus
{
    /// <summary>
    /// The EC2 attachment that the ENI manager's conditions refer to: the value of
    /// <c>status.network.attachmentID</c> when they were written. Conditions for an earlier
    /// attachment, before the ENI was recreated or attached again, do not apply to the current
    /// device.
    /// </summary>
    [JsonPropertyName("attachmentID")]
    public string? AttachmentId { get; set; }

    /// <summary>
    /// Name of the network interface, while the device is bound to its kernel driver.
    /// </summary>
    public string? InterfaceName { get; set; }

    /// <summary>PCI address, such as <c>0000:00:06.0</c>.</summary>
    [JsonPropertyName("pciAddress")]
    public string? PciAddress { get; set; }

    /// <summary>PCI vendor ID, four hexadecimal digits.</summary>
    [JsonPropertyName("vendorID")]
    public string? VendorId { get; set; }

    /// <summary>PCI device ID, four hexadecimal digits.</summary>
    [JsonPropertyName("deviceID")]
    public string? DeviceId { get; set; }

    /// <summary>The driver that the device is bound to; absent if there is none.</summary>
    public string? Driver { get; set; }

    /// <summary>Observed MTU in bytes.</summary>
    public int? Mtu { get; set; }

    /// <summary><c>up</c> or <c>down</c>, while the device has a network interface.</summary>
    public string? LinkState { get; set; }

    /// <summary>
    /// <c>iommu</c>, <c>noiommu</c> or <c>none</c>: how DMA of a user-space driver is isolated.
    /// </summary>
    public string? Iommu { get; set; }

    /// <summary>VFIO group of a bound device, as in <c>/dev/vfio/GROUP</c>.</summary>
    public string? VfioGroup { get; set; }

    /// <summary>
    /// Whether a bound device's memory can be mapped write-combining: <c>igb_uio</c>,
    /// <c>patched</c> (a vfio-pci that is not the kernel's own), <c>none</c> or <c>unknown</c>.
    /// </summary>
    public string? WriteCombining { get; set; }

    /// <summary>The resource under which the device is advertised.</summary>
    public string? ResourceName { get; set; }

    /// <summary>Whether the device is currently advertised to pods.</summary>
    public bool? Advertised { get; set; }

    /// <summary>Which of the ENI's addresses pods use; absent while none was asked for.</summary>
    public AddressUse? Addresses { get; set; }

    /// <summary>
    /// Why the CNI plugin <c>eni-ipam</c> of this release is not on the node, so that pods may get
    /// no addresses there; absent when it is.
    /// </summary>
    public string? IpamProblem { get; set; }

    /// <summary>
    /// Boot ID of the node when this was observed: a binding does not survive a reboot.
    /// </summary>
    [JsonPropertyName("bootID")]
    public string? BootId { get; set; }

    /// <summary>
    /// Heartbeat of the ENI manager while it releases the device; only set while the attachment is
    /// being deleted. Renewed at the interval in <see cref="ReleaseHeartbeat"/>: an ENI manager
    /// that stops renewing it is considered dead.
    /// </summary>
    public DateTimeOffset? ReleaseHeartbeatTime { get; set; }
}

/// <summary>Values of <see cref="DeviceSpec.Use"/>.</summary>
public static class DeviceUses
{
    /// <summary>Brought up on the node, not advertised to pods.</summary>
    public const string Plain = "Plain";

    /// <summary>Brought up with its kernel driver and advertised to pods as a resource.</summary>
    public const string Advertised = "Advertised";

    /// <summary>Bound to a DPDK driver and advertised to pods as a resource.</summary>
    public const string Bound = "Bound";
}
