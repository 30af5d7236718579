using MultiEni.Manager.Host;

namespace MultiEni.Manager.Links;

/// <summary>
/// Rules and routes of ours that belong to no ENI of the node any more: rules outlive a link that is
/// torn out, and an ENI manager that did not run meanwhile.
/// </summary>
internal static class LinkSweep
{
    /// <summary>What is to be removed, rules first.</summary>
    /// <param name="network">The host's network stack.</param>
    /// <param name="tables">The tables of all ENIs of the node.</param>
    public static IReadOnlyList<NetworkItem> Find(NetworkState network, IReadOnlySet<int> tables) =>
        [
            .. network
                .Rules.Where(rule => rule.Protocol == OwnProtocol.Number && !tables.Contains(rule.Table))
                .Select(rule => new NetworkItem.Rule(rule)),
            .. network
                .Routes.Where(route => route.Protocol == OwnProtocol.Number && !tables.Contains(route.Table))
                .Select(route => new NetworkItem.Path(route)),
        ];
}
