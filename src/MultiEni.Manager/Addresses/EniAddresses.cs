using System.Net;
using System.Net.Sockets;
using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.NodeEnis;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Host;

namespace MultiEni.Manager.Addresses;

/// <summary>An ENI of this node as far as pods' addresses are concerned.</summary>
internal sealed record EniAddresses
{
    /// <summary>Its attachment.</summary>
    public required string Attachment { get; init; }

    /// <summary>Its NodeENI.</summary>
    public required string NodeEni { get; init; }

    /// <summary>Its ID.</summary>
    public required string EniId { get; init; }

    /// <summary>Names of its link: the kernel's and the alternative ones.</summary>
    public IReadOnlyList<string> Links { get; init; } = [];

    /// <summary>PCI address of its device, as reported in this boot; null if unknown.</summary>
    public PciAddress? Device { get; init; }

    /// <summary>MAC address; null if unknown.</summary>
    public MacAddress? Mac { get; init; }

    /// <summary>Why no pod gets an address of it any more; null if pods do.</summary>
    public string? Leaving { get; init; }

    /// <summary>Whether the host's link has the ENI's addresses.</summary>
    public bool IsHostManaged { get; init; }

    /// <summary>How it grows; null if it does not.</summary>
    public PodAddressesSpec? PodAddresses { get; init; }

    /// <summary>The primary IPv4 address; null in a subnet without IPv4.</summary>
    public IPAddress? Primary { get; init; }

    /// <summary>Secondary IPv4 addresses.</summary>
    public IReadOnlyList<IPAddress> Secondary { get; init; } = [];

    /// <summary>IPv6 addresses.</summary>
    public IReadOnlyList<IPAddress> Ipv6 { get; init; } = [];

    /// <summary>Prefixes of both families.</summary>
    public IReadOnlyList<IPNetwork> Prefixes { get; init; } = [];

    /// <summary>IPv4 range of the subnet; null if unknown.</summary>
    public IPNetwork? Subnet { get; init; }

    /// <summary>IPv6 range of the subnet; null if it has none.</summary>
    public IPNetwork? Ipv6Subnet { get; init; }

    /// <summary>
    /// Addresses that the controller assigned for pods, or is about to move, and EC2 still has. One that is not among
    /// those that pods may have was withdrawn because nobody had it when the controller looked: a
    /// pod that got it in that moment keeps it.
    /// </summary>
    public IReadOnlyList<IPAddress> AssignedForPods { get; init; } = [];

    /// <summary>Number of the last withdrawal; null when nothing was ever withdrawn.</summary>
    public int? Withdrawal { get; init; }

    /// <summary>Named addresses that the controller does not assign.</summary>
    public IReadOnlyList<RefusedAddress> Refused { get; init; } = [];

    /// <summary>Whether the host keeps every single address, so that pods get none.</summary>
    public bool HostHasAll => IsHostManaged && PodAddresses is null;

    /// <summary>Reads those that are attached, or about to leave.</summary>
    /// <param name="attachments">The node's attachments.</param>
    /// <param name="bootId">
    /// The present boot: where a device was in another one says nothing.
    /// </param>
    public static IReadOnlyList<EniAddresses> Of(IReadOnlyList<EniAttachment> attachments, string bootId)
    {
        var aliases = LinkAliases.Of(attachments);
        return
        [
            .. attachments
                .Where(attachment => attachment is { Spec: not null, Status.Network.EniId.Length: > 0 })
                .Where(attachment => EniState.IsAttached(attachment.Status!.Network!.State))
                .Select(attachment => Of(attachment, aliases.GetValueOrDefault(attachment.Metadata.Name), bootId)),
        ];
    }

    /// <summary>Whether the ENI has an address, as the primary, a secondary or one of a prefix.</summary>
    public bool Has(IPAddress address) => address.Equals(Primary) || Secondary.Contains(address) || Ipv6.Contains(address) || IsOfPrefix(address);

    /// <summary>Whether whoever got an address may keep it.</summary>
    public bool Keeps(IPAddress address) => Has(address) || AssignedForPods.Contains(address);

    /// <summary>Ranges of which a pod gets only the address that it names.</summary>
    public IReadOnlyList<IPNetwork> FixedRanges => [.. (PodAddresses?.FixedCidrs ?? []).Select(Network).OfType<IPNetwork>()];

    /// <summary>Whether pods may have an address, beside whoever has the whole device.</summary>
    public bool HasForPods(IPAddress address) => (!HostHasAll && Secondary.Contains(address)) || PodIpv6.Contains(address) || IsOfPrefix(address);

    /// <summary>Whether the host's link has an address, so that a pod must not.</summary>
    public bool HasForHost(IPAddress address) => IsHostManaged && Has(address) && !HasForPods(address);

    /// <summary>IPv6 addresses for pods: a host that is given addresses has the first, or all.</summary>
    public IEnumerable<IPAddress> PodIpv6 => HostHasAll ? [] : Ipv6.Skip(IsHostManaged ? 1 : 0);

    /// <summary>The subnet's range of an address's family; null if unknown.</summary>
    public IPNetwork? SubnetOf(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork ? Subnet : Ipv6Subnet;

    private bool IsOfPrefix(IPAddress address) => Prefixes.Any(prefix => prefix.Contains(address));

    private static EniAddresses Of(EniAttachment attachment, string? alias, string bootId)
    {
        var (spec, network) = (attachment.Spec!, attachment.Status!.Network!);
        var device =
            attachment.Status.Device is { } reported && reported.AttachmentId == network.AttachmentId && reported.BootId == bootId ? reported : null;
        var ipv4 = Parse(network.PrivateIps);
        return new EniAddresses
        {
            Attachment = attachment.Metadata.Name,
            NodeEni = spec.NodeEniRef.Name,
            EniId = network.EniId!,
            Links = [.. new[] { device?.InterfaceName, network.EniId, alias }.OfType<string>()],
            Device = PciAddress.TryParse(device?.PciAddress, out var address) ? address : null,
            Mac = MacAddress.TryParse(network.MacAddress, out var mac) ? mac : null,
            Leaving =
                attachment.Metadata.IsBeingDeleted ? "is being removed from the node"
                : network.State != EniState.Attached ? $"is {network.State} in EC2"
                : null,
            IsHostManaged = spec.HostAddressing == HostAddressings.Managed,
            PodAddresses = spec.PodAddresses,
            Primary = ipv4.Count > 0 ? ipv4[0] : null,
            Secondary = [.. ipv4.Skip(1)],
            Ipv6 = Parse(network.Ipv6Addresses),
            Prefixes = [.. (network.Prefixes ?? []).Select(Network).OfType<IPNetwork>()],
            Subnet = Network(network.SubnetCidr),
            Ipv6Subnet = Network(network.SubnetIpv6Cidr),
            AssignedForPods = [.. Parse(network.AssignedForPods), .. Parse(network.Withdrawal?.Addresses)],
            Withdrawal = network.Withdrawal?.Number,
            Refused = network.RefusedAddresses ?? [],
        };
    }

    private static List<IPAddress> Parse(List<string>? addresses) =>
        [.. (addresses ?? []).Select(text => IPAddress.TryParse(text, out var address) ? address : null).OfType<IPAddress>()];

    private static IPNetwork? Network(string? text) => IPNetwork.TryParse(text, out var network) ? network : null;
}
