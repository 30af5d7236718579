namespace MultiEni.Manager.Host;

/// <summary>The network stack of the host at one moment.</summary>
/// <param name="Links">All links.</param>
/// <param name="Addresses">All addresses.</param>
/// <param name="Routes">
/// Routes of all tables, IPv4 and IPv6, as many as <see cref="ILinks.ReadAsync"/> gives.
/// </param>
/// <param name="Rules">Policy rules, IPv4 and IPv6.</param>
internal sealed record NetworkState(
    IReadOnlyList<Link> Links,
    IReadOnlyList<LinkAddress> Addresses,
    IReadOnlyList<Route> Routes,
    IReadOnlyList<RoutingRule> Rules
);

/// <summary>One network link.</summary>
/// <param name="Index">The kernel's number of the link.</param>
/// <param name="Name">Interface name.</param>
/// <param name="MacAddress">
/// Hardware address, lower case with colons; empty when it has none.
/// </param>
/// <param name="Mtu">In bytes.</param>
/// <param name="Up">Administratively up.</param>
/// <param name="MasterIndex">The bond, bridge or VRF that it is part of, or null.</param>
/// <param name="LowerIndex">
/// The link on which it is stacked (VLAN, macvlan, ipvlan), or null.
/// </param>
internal sealed record Link(int Index, string Name, string MacAddress, int Mtu, bool Up, int? MasterIndex, int? LowerIndex)
{
    /// <summary>Further names of the link; empty on a kernel before 5.5.</summary>
    public IReadOnlyList<string> AlternativeNames
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Whether it answers to a name.</summary>
    public bool IsCalled(string name) => Name == name || AlternativeNames.Contains(name, StringComparer.Ordinal);
}

/// <summary>One address of a link.</summary>
/// <param name="LinkIndex">The link.</param>
/// <param name="Address">IPv4 or IPv6 address without its prefix length.</param>
/// <param name="PrefixLength">Length of the on-link prefix, in bits.</param>
internal sealed record LinkAddress(int LinkIndex, string Address, int PrefixLength)
{
    /// <summary>Who set it; 0 when that is unknown, as on every kernel before 5.18.</summary>
    public int Protocol { get; init; }
}

/// <summary>One route.</summary>
/// <param name="Family">4 or 6.</param>
/// <param name="Table">Routing table; 254 is main.</param>
/// <param name="Destination">
/// Prefix such as <c>10.0.0.0/16</c>; null for a default route, however the kernel spells it.
/// </param>
/// <param name="Gateway">Next hop, or null when on link.</param>
/// <param name="LinkIndex">Outgoing link.</param>
/// <param name="Metric">The lowest wins.</param>
/// <param name="Protocol">Who made it: 2 is the kernel itself, for connected prefixes.</param>
internal sealed record Route(int Family, int Table, string? Destination, string? Gateway, int LinkIndex, int Metric, int Protocol);

/// <summary>One policy routing rule.</summary>
/// <param name="Family">4 or 6.</param>
/// <param name="Priority">The lowest is asked first.</param>
/// <param name="Source">Source prefix, or null for any, or for all but one.</param>
/// <param name="Table">The table it leads to.</param>
internal sealed record RoutingRule(int Family, int Priority, string? Source, int Table)
{
    /// <summary>Who made it; 0 when that is unknown.</summary>
    public int Protocol { get; init; }
}
