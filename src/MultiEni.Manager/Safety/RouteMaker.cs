using System.Globalization;

namespace MultiEni.Manager.Safety;

/// <summary>Who made a route, by its protocol (<c>/etc/iproute2/rt_protos</c>, <c>RTPROT_</c> of <c>include/uapi/linux/rtnetlink.h</c>).</summary>
internal static class RouteMaker
{
    private static readonly Dictionary<int, (string Name, string Maker)> Known = new()
    {
        [1] = ("redirect", "an ICMP redirect"),
        [2] = ("kernel", "the kernel"),
        [3] = ("boot", "the ip command, a script or the VPC CNI"),
        [4] = ("static", "netplan, systemd-networkd, NetworkManager or an administrator"),
        [9] = ("ra", "a router advertisement"),
        [11] = ("zebra", "FRR or Quagga"),
        [12] = ("bird", "BIRD, as of Calico"),
        [16] = ("dhcp", "a DHCP client"),
        [80] = ("80", "Calico"),
        [186] = ("bgp", "FRR"),
    };

    /// <summary>Such as <c>protocol static, as of netplan, …</c>.</summary>
    public static string Describe(int protocol) =>
        Known.TryGetValue(protocol, out var known)
            ? $"protocol {known.Name}, as made by {known.Maker}"
            : string.Create(CultureInfo.InvariantCulture, $"protocol {protocol}");
}
