using System.Net;
using MultiEni.Manager.Host;

namespace MultiEni.Manager.Devices;

/// <summary>Which links the node itself lives on.</summary>
internal static class PrimaryInterface
{
    /// <summary>
    /// RTPROT_RA: the kernel, systemd-networkd or NetworkManager made the route of a router
    /// advertisement.
    /// </summary>
    public const int RouterAdvertisementProtocol = 9;

    private const int MainTable = 254;

    /// <summary>
    /// The default routes that the kernel uses: the lowest metric of the main table, for IPv4 and
    /// for IPv6. Other default routes of the main table are nodeadm's for further ENIs and do not
    /// make an interface the primary one (docs/reference/driver-binding.md#node-software,
    /// docs/safety.md).
    /// </summary>
    /// <remarks>
    /// Any ENI in a subnet with IPv6 gets a default route by router advertisement as soon as its
    /// link is up. It does not count where the node demonstrably lives elsewhere: its home links
    /// have its InternalIP (or the administrator named one), carry IPv4, and either carry an IPv6
    /// default route themselves or the node has no IPv6 InternalIP. In all other cases it counts.
    /// </remarks>
    /// <param name="network">The network stack.</param>
    /// <param name="nodeAddresses">
    /// The node's InternalIP addresses; empty while they are not known.
    /// </param>
    /// <param name="named">
    /// The interface that the administrator named as the primary one; empty for none.
    /// </param>
    public static IReadOnlyList<Route> EffectiveDefaults(NetworkState network, IReadOnlyList<string> nodeAddresses, string named)
    {
        var home = network.Links.Where(link => link.Name == named).Select(link => link.Index).Concat(LinksWith(nodeAddresses, network)).ToHashSet();
        var ipv4 = Lowest(network.Routes.Where(route => IsMainDefault(route) && route.Family == 4));
        var ipv6 = network.Routes.Where(route => IsMainDefault(route) && route.Family == 6).ToList();
        var needsNoIpv6 =
            nodeAddresses.Count > 0
            && !nodeAddresses.Any(address => address.Contains(':', StringComparison.Ordinal))
            && ipv4.Exists(route => home.Contains(route.LinkIndex));
        if (needsNoIpv6 || ipv6.Exists(route => home.Contains(route.LinkIndex)))
        {
            ipv6.RemoveAll(route => route.Protocol == RouterAdvertisementProtocol && !home.Contains(route.LinkIndex));
        }

        return [.. ipv4, .. Lowest(ipv6)];
    }

    /// <summary>The links of those routes.</summary>
    public static IReadOnlySet<int> EffectiveDefaultLinks(NetworkState network, IReadOnlyList<string> nodeAddresses, string named) =>
        EffectiveDefaults(network, nodeAddresses, named).Select(route => route.LinkIndex).ToHashSet();

    /// <summary>Links that have one of these addresses.</summary>
    public static IReadOnlySet<int> LinksWith(IReadOnlyList<string> addresses, NetworkState network) =>
        network
            .Addresses.Where(own =>
                addresses.Any(address =>
                    IPAddress.TryParse(address, out var node) && IPAddress.TryParse(own.Address, out var here) && node.Equals(here)
                )
            )
            .Select(own => own.LinkIndex)
            .ToHashSet();

    /// <summary>
    /// Whether a route is a default route of the main table, however its destination is spelled.
    /// </summary>
    public static bool IsMainDefault(Route route) => route.Table == MainTable && route.Destination is null or "0.0.0.0/0" or "::/0" or "default";

    private static List<Route> Lowest(IEnumerable<Route> routes)
    {
        var all = routes.ToList();
        return all.FindAll(route => route.Metric == all.Min(other => other.Metric));
    }
}
