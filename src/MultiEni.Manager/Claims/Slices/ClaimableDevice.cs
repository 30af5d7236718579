using MultiEni.Api.EniAttachments;
using MultiEni.Api.NodeEnis;
using MultiEni.Api.ResourceClaims;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Host;
using MultiEni.Manager.Publishing;

namespace MultiEni.Manager.Claims.Slices;

/// <summary>A device that claims may get, with all that they may choose it by.</summary>
/// <param name="Offer">What is offered: the device as it is while no claim has it.</param>
/// <param name="Eni">What Kubernetes says of its ENI.</param>
/// <param name="Host">What the kernel says of it.</param>
internal sealed record ClaimableDevice(OfferedDevice Offer, EniFacts Eni, HostFacts Host)
{
    /// <summary>
    /// Its name in the slice: the ENI's, which is a DNS label, stays the same wherever the device
    /// is plugged in, and means something in EC2.
    /// </summary>
    public string Name => Eni.EniId.Length > 0 ? Eni.EniId : NameOf(Offer.Address);

    /// <summary>
    /// Whether a user-space driver has the device all the time. Of such a device no claim can have
    /// the interface.
    /// </summary>
    public bool IsAlwaysBound => DpdkDrivers.Contains(Offer.Driver);

    /// <summary>How a claim gets it that says nothing else.</summary>
    public string DefaultMode => IsAlwaysBound || Eni.ClaimDriver is not null ? ClaimModes.Dpdk : ClaimModes.Kernel;

    private static string NameOf(PciAddress address) => $"pci-{address.ToString().Replace(':', '-').Replace('.', '-')}";
}

/// <summary>
/// What Kubernetes says of an ENI. Kept on disk, so that a slice need not be poorer after a restart
/// until everything has been read anew.
/// </summary>
/// <remarks>A wire type: setters, see <c>ObjectMeta</c>.</remarks>
internal sealed record EniFacts
{
    /// <summary>Nothing is known of the ENI.</summary>
    public static EniFacts Unknown { get; } = new();

    /// <summary>Name of the attachment.</summary>
    public string Attachment { get; set; } = "";

    /// <summary>ENI.</summary>
    public string EniId { get; set; } = "";

    /// <summary>The NodeENI that asked for it.</summary>
    public string NodeEni { get; set; } = "";

    /// <summary>Its subnet.</summary>
    public string SubnetId { get; set; } = "";

    /// <summary>IPv4 range of the subnet; empty when unknown.</summary>
    public string SubnetCidr { get; set; } = "";

    /// <summary>IPv6 range of the subnet; empty when it has none, or it is unknown.</summary>
    public string SubnetIpv6Cidr { get; set; } = "";

    /// <summary>Zone of the subnet.</summary>
    public string AvailabilityZone { get; set; } = "";

    /// <summary>Hardware address.</summary>
    public string MacAddress { get; set; } = "";

    /// <summary>IPv4 addresses, the primary first.</summary>
    public string[] Ipv4Addresses { get; set; } = [];

    /// <summary>IPv6 addresses.</summary>
    public string[] Ipv6Addresses { get; set; } = [];

    /// <summary>Security groups, sorted.</summary>
    public string[] SecurityGroups { get; set; } = [];

    /// <summary>Network card of the instance; null when unknown.</summary>
    public int? NetworkCard { get; set; }

    /// <summary>Device index in EC2; null when unknown.</summary>
    public int? DeviceIndex { get; set; }

    /// <summary>
    /// MTU that was asked for, or that the interface had last, in bytes; null when unknown.
    /// </summary>
    public int? Mtu { get; set; }

    /// <summary>
    /// The driver that its NodeENI binds it to while it is claimed (<c>dpdkBinding: WhenClaimed</c>);
    /// null when a claim has to ask for one.
    /// </summary>
    public string? ClaimDriver { get; set; }

    /// <summary>What an attachment says.</summary>
    public static EniFacts Of(EniAttachment attachment)
    {
        var (spec, network) = (attachment.Spec ?? new EniAttachmentSpec(), attachment.Status?.Network ?? new NetworkStatus());
        return new EniFacts
        {
            Attachment = attachment.Metadata.Name,
            EniId = network.EniId ?? "",
            NodeEni = spec.NodeEniRef.Name,
            SubnetId = spec.SubnetId,
            SubnetCidr = network.SubnetCidr ?? "",
            SubnetIpv6Cidr = network.SubnetIpv6Cidr ?? "",
            AvailabilityZone = network.AvailabilityZone ?? "",
            MacAddress = network.MacAddress ?? "",
            Ipv4Addresses = [.. network.PrivateIps ?? []],
            Ipv6Addresses = [.. network.Ipv6Addresses ?? []],
            SecurityGroups = [.. spec.SecurityGroupIds.Order(StringComparer.Ordinal)],
            NetworkCard = network.NetworkCardIndex,
            DeviceIndex = network.DeviceIndex,
            Mtu = spec.Mtu > 0 ? spec.Mtu : attachment.Status?.Device?.Mtu,
            ClaimDriver = spec.Device.ClaimDriver,
        };
    }

    /// <summary>Addresses with the length of their subnet's prefix.</summary>
    public IEnumerable<string> AddressesWithPrefix() => EniNetwork.WithPrefix(Ipv4Addresses, Ipv6Addresses, SubnetCidr, SubnetIpv6Cidr);
}

/// <summary>What the kernel says of a device beside what is offered.</summary>
/// <remarks>A wire type: setters, see <c>ObjectMeta</c>.</remarks>
internal sealed record HostFacts
{
    /// <summary>NUMA node; null on a machine that has none.</summary>
    public int? NumaNode { get; set; }

    /// <summary>PCIe root complex, such as <c>pci0000:00</c>; null when unknown.</summary>
    public string? PcieRoot { get; set; }

    /// <summary>Whether the device is behind an IOMMU; null while no driver tells.</summary>
    public bool? BehindIommu { get; set; }

    /// <summary>MTU of its interface in bytes; null while it has none.</summary>
    public int? Mtu { get; set; }
}
