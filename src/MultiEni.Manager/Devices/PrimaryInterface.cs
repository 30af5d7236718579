using MultiEni.Manager.Host;

namespace MultiEni.Manager.Devices;

/// <summary>Which links the node itself lives on.</summary>
public static class PrimaryInterface
{
    private const int MainTable = 254;

    /// <summary>
    /// Links of the default route that the kernel uses: the lowest metric of the main table, for IPv4 and for IPv6. Other default
    /// routes of the main table are nodeadm's for further ENIs and do not make an interface the primary one [sriov 7.4, S2].
    /// </summary>
    public static IReadOnlySet<int> EffectiveDefaultLinks(NetworkState network)
    {
        ArgumentNullException.ThrowIfNull(network);
        var links = new HashSet<int>();
        foreach (var family in network.Routes.Where(IsMainDefault).GroupBy(route => route.Family))
        {
            var lowest = family.Min(route => route.Metric);
            links.UnionWith(family.Where(route => route.Metric == lowest).Select(route => route.LinkIndex));
        }

        return links;
    }

    /// <summary>Whether a route is a default route of the main table, however its destination is spelled.</summary>
    public static bool IsMainDefault(Route route)
    {
        ArgumentNullException.ThrowIfNull(route);
        return route.Table == MainTable && route.Destination is null or "0.0.0.0/0" or "::/0" or "default";
    }
}
