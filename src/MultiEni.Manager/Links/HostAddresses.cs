using System.Globalization;
using System.Net;
using MultiEni.Api;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Host;
using MultiEni.Manager.Safety;

namespace MultiEni.Manager.Links;

/// <summary>
/// An ENI's addresses on the host's link, its table with the way to its subnet and through the
/// subnet's router, and the rules that lead what is sent from the addresses there. The main table is
/// never changed.
/// </summary>
internal static class HostAddresses
{
    private const int LocalTable = 255;

    // Of no effect in tables that nobody else uses, and below those that DHCP clients give.
    private const int Metric = 512;

    // Loose: what comes in may be answered over another interface.
    private const string Loose = "2";

    /// <summary>What is added and removed, and what speaks against it.</summary>
    /// <param name="plan">What is asked for; null for nothing.</param>
    /// <param name="link">The link; null when the host has none.</param>
    /// <param name="facts">What is the case.</param>
    public static (List<LinkOperation> Operations, Blocker? Blocker) Decide(HostAddressPlan? plan, Link? link, LinkFacts facts)
    {
        if (facts.Table is not { } table)
        {
            return ([], null);
        }

        if (plan is not null && link is not null && LinkOwner.Find(plan, link, table, facts) is { } other)
        {
            return ([], other);
        }

        var desired = plan is null || link is null ? [] : Desired(plan, link, table, facts);
        var present = Present(link, table, facts);
        List<LinkOperation> operations =
        [
            .. present.Where(item => !desired.Contains(item)).Reverse().Select(item => new LinkOperation.Remove(item)),
            .. ReversePathFilter(plan is not null, link, facts),
            .. desired.Where(item => !present.Contains(item)).Select(item => new LinkOperation.Add(item)),
        ];
        return (operations, null);
    }

    /// <summary>Host addresses without a route to their prefix: the table has that route.</summary>
    public static LinkAddress AddressOf(Link link, string address) => new(link.Index, address, LengthOf(address)) { Protocol = OwnProtocol.Number };

    /// <summary>The addresses, routes and rules; those first that others need.</summary>
    private static List<NetworkItem> Desired(HostAddressPlan plan, Link link, int table, LinkFacts facts)
    {
        var items = new List<NetworkItem>();
        items.AddRange(plan.Addresses.Select(address => new NetworkItem.Address(AddressOf(link, address))));
        if (plan.Addresses.Any(address => FamilyOf(address) == 4) && EniNetwork.RouterOf(plan.SubnetCidr) is { } router)
        {
            items.Add(new NetworkItem.Path(new Route(4, table, plan.SubnetCidr, null, link.Index, Metric, OwnProtocol.Number)));
            items.Add(new NetworkItem.Path(new Route(4, table, null, router, link.Index, Metric, OwnProtocol.Number)));
        }

        // Its router is known by its announcements only.
        if (plan.Addresses.Any(address => FamilyOf(address) == 6) && Ipv6Router(link, table, facts) is { } announced)
        {
            items.Add(new NetworkItem.Path(new Route(6, table, null, announced, link.Index, Metric, OwnProtocol.Number)));
        }

        items.AddRange(plan.Addresses.Select(address => new NetworkItem.Rule(RuleOf(address, table))));
        return items;
    }

    private static List<NetworkItem> Present(Link? link, int table, LinkFacts facts)
    {
        var network = facts.Network;
        var ours = link is null ? [] : network.Addresses.Where(address => address.LinkIndex == link.Index && facts.Record.Has(address)).ToList();
        var hosts = ours.Select(address => HostOf(address.Address)).ToHashSet(StringComparer.Ordinal);
        return
        [
            // Whoever made it, where the kernel does not tell.
            .. ours.Select(address => new NetworkItem.Address(address with { Protocol = OwnProtocol.Number })),
            .. network
                .Routes.Where(route => route.Protocol == OwnProtocol.Number && (route.Table == table || route.LinkIndex == link?.Index))
                .Select(route => new NetworkItem.Path(route)),
            .. network
                .Rules.Where(rule => rule.Protocol == OwnProtocol.Number && (rule.Table == table || hosts.Contains(rule.Source ?? "")))
                .Select(rule => new NetworkItem.Rule(rule)),
        ];
    }

    private static IEnumerable<LinkOperation> ReversePathFilter(bool isWanted, Link? link, LinkFacts facts)
    {
        if (link is null || facts.ReversePathFilter is not { } mode)
        {
            yield break;
        }

        if (isWanted && mode != Loose)
        {
            yield return new LinkOperation.SetReversePathFilter(link.Name, link.Index, mode, Loose);
        }

        if (!isWanted && facts.Record.ReversePathFilter is { } before)
        {
            yield return new LinkOperation.SetReversePathFilter(link.Name, link.Index, mode, before);
        }
    }

    private static string? Ipv6Router(Link link, int table, LinkFacts facts) =>
        facts
            .Network.Routes.Where(route => route is { Family: 6, Destination: null, Gateway: not null } && route.LinkIndex == link.Index)
            .Where(route => route.Protocol == RouteMaker.RouterAdvertisement || (route.Protocol == OwnProtocol.Number && route.Table == table))
            .OrderBy(route => route.Protocol)
            .FirstOrDefault()
            ?.Gateway;

    private static RoutingRule RuleOf(string address, int table) =>
        new(FamilyOf(address), table, HostOf(address), table) { Protocol = OwnProtocol.Number };

    /// <summary>The prefix of one address only.</summary>
    internal static string HostOf(string address) => string.Create(CultureInfo.InvariantCulture, $"{address}/{LengthOf(address)}");

    /// <summary>Whether an address is of one link only, and so nobody's configuration.</summary>
    internal static bool IsLinkLocal(string address) =>
        IPAddress.TryParse(address, out var parsed) && (parsed.IsIPv6LinkLocal || address.StartsWith("169.254.", StringComparison.Ordinal));

    /// <summary>Whether a route is what the kernel keeps for addresses by itself.</summary>
    internal static bool IsKernels(Route route) => route.Table == LocalTable || route.Protocol is RouteMaker.Kernel;

    private static int LengthOf(string address) => FamilyOf(address) == 4 ? 32 : 128;

    private static int FamilyOf(string address) => address.Contains(':', StringComparison.Ordinal) ? 6 : 4;
}

/// <summary>Who else configures a link.</summary>
internal static class LinkOwner
{
    private const int FirstTableOfAws = 10_000;
    private static readonly int[] PrioritiesOfVpcCni = [512, 1024, 1536];

    /// <summary>
    /// Who configures the link, or leads what is sent from its addresses elsewhere; null for nobody.
    /// </summary>
    public static Blocker? Find(HostAddressPlan plan, Link link, int table, LinkFacts facts)
    {
        var network = facts.Network;
        if (
            network.Addresses.FirstOrDefault(address =>
                address.LinkIndex == link.Index && !facts.Record.Has(address) && !HostAddresses.IsLinkLocal(address.Address)
            ) is
            { } foreign
        )
        {
            var route = network.Routes.FirstOrDefault(route => route.LinkIndex == link.Index && IsForeign(route));
            return Elsewhere(
                link,
                $"it has the address {foreign.Address}/{foreign.PrefixLength}"
                    + (route is null ? ", set by another program or by hand" : $", and a route of {RouteMaker.Describe(route.Protocol)}")
            );
        }

        var hosts = plan.Addresses.Select(HostAddresses.HostOf).ToHashSet(StringComparer.Ordinal);
        if (network.Rules.FirstOrDefault(rule => rule.Protocol != OwnProtocol.Number && hosts.Contains(rule.Source ?? "")) is { } led)
        {
            return Elsewhere(link, $"the rule {led.Priority} leads what is sent from {led.Source} to table {led.Table}, as made by {MakerOf(led)}");
        }

        return
            network.Routes.FirstOrDefault(route => route.Table == table && route.Protocol != OwnProtocol.Number && !HostAddresses.IsKernels(route))
                is { } taken
            ? Elsewhere(link, $"its table {table} has a route to {taken.Destination ?? "everywhere"} of {RouteMaker.Describe(taken.Protocol)}")
            : null;
    }

    private static bool IsForeign(Route route) =>
        !HostAddresses.IsKernels(route) && route.Protocol is not (RouteMaker.RouterAdvertisement or OwnProtocol.Number);

    private static string MakerOf(RoutingRule rule) =>
        rule.Table >= FirstTableOfAws ? "amazon-ec2-net-utils, or by systemd-networkd for nodeadm"
        : PrioritiesOfVpcCni.Contains(rule.Priority) ? "the VPC CNI"
        : rule.Protocol == 0 ? "a program that does not say who it is"
        : RouteMaker.NameOf(rule.Protocol);

    private static Blocker Elsewhere(Link link, string what) =>
        new(
            Reasons.LinkConfiguredElsewhere,
            $"{link.Name} is left as it is (hostAddressing: Managed), because somebody else configures it: {what}. Keep that program off this interface, or set "
                + "hostAddressing: None."
        );
}
