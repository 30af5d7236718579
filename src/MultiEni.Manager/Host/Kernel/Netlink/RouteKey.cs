namespace MultiEni.Manager.Host.Kernel.Netlink;

/// <summary>What distinguishes a route for decisions.</summary>
/// <param name="Family">4 or 6.</param>
/// <param name="Table">Routing table.</param>
/// <param name="LinkIndex">Outgoing link, of the first next hop.</param>
/// <param name="Protocol">Who made it.</param>
/// <param name="IsDefault">Whether its prefix has length 0.</param>
/// <param name="IsMultipath">Whether it has next hops of its own, over perhaps more than one link.</param>
internal readonly record struct RouteKey(int Family, int Table, int LinkIndex, int Protocol, bool IsDefault, bool IsMultipath = false);
