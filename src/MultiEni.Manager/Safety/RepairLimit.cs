using System.Globalization;
using MultiEni.Manager.Host;

namespace MultiEni.Manager.Safety;

/// <summary>
/// Keeps a repair from becoming a fight: somebody who undoes every repair at once is answered a few
/// times within a window of time and no more often. Safe for concurrent use.
/// </summary>
/// <param name="most">How many repairs are free within the window.</param>
/// <param name="window">The window.</param>
/// <param name="time">The clock.</param>
internal sealed class RepairLimit(int most, TimeSpan window, TimeProvider time)
{
    private readonly Queue<long> _repairs = new();
    private readonly Lock _lock = new();

    /// <summary>How long the next repair has to wait; zero when it may be made.</summary>
    public TimeSpan Wait()
    {
        lock (_lock)
        {
            return _repairs.Count >= most && time.GetElapsedTime(_repairs.Peek()) is var since && since < window ? window - since : TimeSpan.Zero;
        }
    }

    /// <summary>A repair was made.</summary>
    public void Note()
    {
        lock (_lock)
        {
            _repairs.Enqueue(time.GetTimestamp());
            if (_repairs.Count > most)
            {
                _repairs.Dequeue();
            }
        }
    }
}

/// <summary>
/// Who made a route, by its protocol (<c>/etc/iproute2/rt_protos</c>, <c>RTPROT_</c> of
/// <c>include/uapi/linux/rtnetlink.h</c>).
/// </summary>
internal static class RouteMaker
{
    /// <summary>The kernel itself.</summary>
    public const int Kernel = 2;

    /// <summary>A router advertisement.</summary>
    public const int RouterAdvertisement = 9;

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
        [OwnProtocol.Number] = ("136", "the ENI manager"),
        [186] = ("bgp", "FRR"),
    };

    /// <summary>The maker.</summary>
    public static string NameOf(int protocol) =>
        Known.TryGetValue(protocol, out var known) ? known.Maker : string.Create(CultureInfo.InvariantCulture, $"protocol {protocol}");

    /// <summary>Such as <c>protocol static, as of netplan, …</c>.</summary>
    public static string Describe(int protocol) =>
        Known.TryGetValue(protocol, out var known)
            ? $"protocol {known.Name}, as made by {known.Maker}"
            : string.Create(CultureInfo.InvariantCulture, $"protocol {protocol}");
}
