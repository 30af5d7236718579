namespace MultiEni.Manager.Host;

/// <summary>The network stack of the host at one moment.</summary>
/// <param name="Links">All links.</param>
/// <param name="Addresses">All addresses.</param>
/// <param name="Routes">Routes of all tables, IPv4 and IPv6, as many as <see cref="ILinks.ReadAsync"/> gives.</param>
/// <param name="Rules">Policy rules, IPv4 and IPv6.</param>
internal sealed record NetworkState(
    IReadOnlyList<Link> Links,
    IReadOnlyList<LinkAddress> Addresses,
    IReadOnlyList<Route> Routes,
    IReadOnlyList<RoutingRule> Rules
);
