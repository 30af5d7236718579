using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using MultiEni.Api.EniAttachments;
using MultiEni.Manager.Host;

namespace MultiEni.Manager.Devices;

/// <summary>
/// What a program that drives a device itself must know of the ENI behind it, and cannot ask the
/// kernel for.
/// </summary>
internal sealed record EniNetwork
{
    /// <summary>ENI.</summary>
    public string EniId { get; init; } = "";

    /// <summary>Hardware address.</summary>
    public string MacAddress { get; init; } = "";

    /// <summary>
    /// Addresses with the length of their subnet's prefix, the primary IPv4 address first.
    /// </summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];

    /// <summary>The IPv4 subnet's router; null when there is none.</summary>
    public string? Gateway { get; init; }

    /// <summary>
    /// The MTU that the kernel was given, in bytes; null when none is known. A program that drives
    /// the device sets its own.
    /// </summary>
    public int? Mtu { get; init; }

    /// <summary>Its subnet.</summary>
    public string SubnetId { get; init; } = "";

    /// <summary>IPv4 range of the subnet; null when unknown.</summary>
    public string? SubnetCidr { get; init; }

    /// <summary>IPv6 range of the subnet; null when it has none.</summary>
    public string? SubnetIpv6Cidr { get; init; }

    /// <summary>What an attachment says; null while EC2's answer is not on record.</summary>
    public static EniNetwork? Of(EniAttachment attachment)
    {
        if (attachment is not { Spec: { } spec, Status.Network: { EniId: { Length: > 0 } eniId } network })
        {
            return null;
        }

        return new EniNetwork
        {
            EniId = eniId,
            MacAddress = network.MacAddress ?? "",
            Addresses = [.. WithPrefix(network.PrivateIps ?? [], network.Ipv6Addresses ?? [], network.SubnetCidr, network.SubnetIpv6Cidr)],
            Gateway = RouterOf(network.SubnetCidr),
            Mtu = spec.Mtu > 0 ? spec.Mtu : attachment.Status.Device?.Mtu,
            SubnetId = spec.SubnetId,
            SubnetCidr = network.SubnetCidr,
            SubnetIpv6Cidr = network.SubnetIpv6Cidr,
        };
    }

    /// <summary>
    /// Addresses with the length of their subnet's prefix; as single addresses where its range is
    /// unknown.
    /// </summary>
    public static IEnumerable<string> WithPrefix(IEnumerable<string> ipv4, IEnumerable<string> ipv6, string? cidr, string? ipv6Cidr) =>
        [.. ipv4.Select(address => address + LengthOf(cidr, 32)), .. ipv6.Select(address => address + LengthOf(ipv6Cidr, 128))];

    /// <summary>
    /// The router of an IPv4 subnet: the address after its first one
    /// (docs/reference/ec2.md#subnet-addresses); null for another range, or none.
    /// </summary>
    public static string? RouterOf(string? cidr)
    {
        if (!IPNetwork.TryParse(cidr, out var network) || network.BaseAddress.AddressFamily != AddressFamily.InterNetwork)
        {
            return null;
        }

        var bytes = network.BaseAddress.GetAddressBytes();
        bytes[^1]++;
        return new IPAddress(bytes).ToString();
    }

    /// <summary>
    /// What of it does not change while the ENI is attached, as texts: what a program gets when it
    /// starts, and never anew. The addresses are the primary one and the first one of IPv6.
    /// </summary>
    public IReadOnlyDictionary<string, string> Fixed()
    {
        var fixedAddresses = Addresses.Where(address => !IsIpv6(address)).Take(1).Concat(Addresses.Where(IsIpv6).Take(1));
        var texts = new SortedDictionary<string, string>(StringComparer.Ordinal);
        Add("eniID", EniId);
        Add("macAddress", MacAddress);
        Add("addresses", string.Join(',', fixedAddresses));
        Add("gateway", Gateway);
        Add("mtu", Mtu?.ToString(CultureInfo.InvariantCulture));
        Add("subnetID", SubnetId);
        Add("subnetCIDR", SubnetCidr);
        Add("subnetIPv6CIDR", SubnetIpv6Cidr);
        return texts;

        void Add(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value))
            {
                texts[name] = value;
            }
        }
    }

    /// <summary>All of it.</summary>
    public JsonObject ToJson()
    {
        var all = new JsonObject();
        foreach (var (name, value) in Fixed())
        {
            all[name] = value;
        }

        all["addresses"] = new JsonArray([.. Addresses.Select(address => (JsonNode)JsonValue.Create(address))]);
        if (Mtu is { } mtu)
        {
            all["mtu"] = mtu;
        }

        return all;
    }

    private static string LengthOf(string? cidr, int single) => cidr?.IndexOf('/') is >= 0 and var slash ? cidr[slash..] : $"/{single}";

    private static bool IsIpv6(string address) => address.Contains(':', StringComparison.Ordinal);
}

/// <summary>
/// What is known of the ENIs behind the node's devices, for those who hand devices to containers.
/// Empty until Kubernetes was read.
/// </summary>
internal sealed class EniNetworks
{
    private Func<PciAddress, EniNetwork?>? _find;

    /// <summary>From now on it is known.</summary>
    public void Begin(Func<PciAddress, EniNetwork?> find) => Volatile.Write(ref _find, find);

    /// <summary>The network of a device; null while it is not known.</summary>
    public EniNetwork? Of(PciAddress address) => Volatile.Read(ref _find)?.Invoke(address);
}
