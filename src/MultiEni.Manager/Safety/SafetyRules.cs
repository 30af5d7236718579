using System.Net;
using System.Text.RegularExpressions;
using MultiEni.Api;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Host;

namespace MultiEni.Manager.Safety;

/// <summary>
/// The rules S1 to S13 of docs/safety.md as a function of facts. They fail closed: what is not
/// known counts as a reason not to act. S7 (the interface is elsewhere), S9 (deletion of the
/// attachment) and S11 (held by a pod or process) are part of the device step, which has to wait on
/// them.
/// </summary>
internal static class SafetyRules
{
    private const int MainTable = 254;
    private const int LocalTable = 255;

    // nodeadm gives each further ENI a table of its own from here on
    // (docs/reference/driver-binding.md#node-software); nobody else is known to.
    private const int FirstNodeadmTable = 10_000;

    private const int KernelProtocol = 2;
    private const int DhcpProtocol = 16;

    /// <summary>
    /// Why the device must not be touched at all, not even its link; null when it may.
    /// </summary>
    public static Blocker? CheckTouch(SafetyFacts facts, SafetyPolicy policy)
    {
        // A doubt comes last: it must not hide what speaks against the device.
        return NotOurs(facts) ?? Unsupported(facts, policy) ?? Primary(facts, policy) ?? Excluded(facts, policy) ?? PrimaryUnknown(facts, policy);
    }

    /// <summary>
    /// Why the device must not be handed to a user-space driver; null when it may.
    /// </summary>
    public static Blocker? CheckBind(SafetyFacts facts, SafetyPolicy policy) =>
        CheckTouch(facts, policy)
        ?? Leaving(facts)
        ?? Stacked(facts)
        ?? Addressed(facts)
        ?? Routed(facts)
        ?? GroupNotViable(facts)
        ?? KnownBad(facts, policy)
        ?? OneAtATime(facts);

    // S3
    private static Blocker? NotOurs(SafetyFacts facts) =>
        facts.IsOurs
            ? null
            : new Blocker(
                Reasons.UnsupportedDevice,
                $"{facts.Device.Address} is not an ENI that this product attached to this node; it is not touched."
            );

    // S8
    private static Blocker? Unsupported(SafetyFacts facts, SafetyPolicy policy)
    {
        var device = facts.Device;
        if (!policy.AllowedDevices.Contains(device.Ids))
        {
            return new Blocker(
                Reasons.UnsupportedDevice,
                $"{device.Address} is {device.Ids}; allowed are {string.Join(", ", policy.AllowedDevices)} (--allowed-devices)."
            );
        }

        return device.HasVirtualFunctions
            ? new Blocker(Reasons.UnsupportedDevice, $"{device.Address} has virtual functions switched on; switch them off first.")
            : null;
    }

    // S1, S2
    private static Blocker? Primary(SafetyFacts facts, SafetyPolicy policy)
    {
        if (facts.Slot is (0, 0))
        {
            return new Blocker(Reasons.PrimaryInterface, $"{facts.Device.Address} has the device index 0: it is the node's primary interface.");
        }

        var network = facts.Host.Network;
        var defaults = PrimaryInterface.EffectiveDefaults(network, facts.NodeAddresses ?? [], policy.PrimaryInterface);
        var nodeLinks = PrimaryInterface.LinksWith(facts.NodeAddresses ?? [], network);
        if (facts.Host.LinkOf(facts.Device) is not { } link)
        {
            return null;
        }

        if (link.Name == policy.PrimaryInterface)
        {
            return new Blocker(Reasons.PrimaryInterface, $"{link.Name} ({facts.Device.Address}) is the interface named by --primary-interface.");
        }

        if (defaults.FirstOrDefault(route => route.LinkIndex == link.Index) is { } route)
        {
            return new Blocker(
                Reasons.PrimaryInterface,
                $"{link.Name} ({facts.Device.Address}) carries the node's default route: {Describe(route, link.Name)}"
            );
        }

        return nodeLinks.Contains(link.Index)
            ? new Blocker(Reasons.PrimaryInterface, $"{link.Name} ({facts.Device.Address}) has the node's InternalIP address.")
            : null;
    }

    // S1, S2
    private static Blocker? PrimaryUnknown(SafetyFacts facts, SafetyPolicy policy)
    {
        var network = facts.Host.Network;
        var addresses = facts.NodeAddresses ?? [];
        return
            policy.PrimaryInterface.Length > 0
            || PrimaryInterface.EffectiveDefaults(network, addresses, "").Count > 0
            || PrimaryInterface.LinksWith(addresses, network).Count > 0
            ? null
            : new Blocker(
                Reasons.PrimaryInterface,
                "The node's primary interface is unknown: there is no default route and no interface has the node's InternalIP. "
                    + "Set --primary-interface."
            )
            {
                IsInconclusive = true,
            };
    }

    private static string Describe(Route route, string name)
    {
        var what = $"IPv{route.Family}, metric {route.Metric}, {RouteMaker.Describe(route.Protocol)}.";
        return route.Protocol == PrimaryInterface.RouterAdvertisementProtocol
            ? $"{what} Keep router advertisements off it (net.ipv6.conf.{name}.accept_ra=0, or IPv6AcceptRA=no of systemd-networkd), or name the "
                + "node's own interface with PRIMARY_INTERFACE if that has an IPv6 default route too."
            : $"{what} Give another interface's default route a lower metric first.";
    }

    private static Blocker? Excluded(SafetyFacts facts, SafetyPolicy policy)
    {
        if (facts.Device.InterfaceName is not { } name)
        {
            return null;
        }

        if (policy.IgnoredInterfaces.Contains(name, StringComparer.Ordinal))
        {
            return new Blocker(Reasons.UnsupportedDevice, $"The interface {name} is listed in IGNORE_INTERFACES; take it off the list to use it.");
        }

        return policy.InterfacePattern.IsMatch(name)
            ? null
            : new Blocker(
                Reasons.UnsupportedDevice,
                $"The interface {name} does not match ENI_PATTERN '{policy.InterfacePattern}'; widen the pattern to use it."
            );
    }

    // S9. The deletion of the attachment itself is the device step's.
    private static Blocker? Leaving(SafetyFacts facts) =>
        facts.NodeIsLeaving is { } why
            ? new Blocker(Reasons.Deleting, $"{facts.Device.Address} is not bound: the node is about to be removed, {why}.")
            : null;

    // S6
    private static Blocker? Stacked(SafetyFacts facts)
    {
        if (facts.Host.LinkOf(facts.Device) is not { } link)
        {
            return null;
        }

        var links = facts.Host.Network.Links;
        if (link.MasterIndex is { } master)
        {
            var name = links.FirstOrDefault(other => other.Index == master)?.Name ?? $"link {master}";
            return InUse($"{link.Name} is part of {name}; take it out first.");
        }

        var upper = links.FirstOrDefault(other => other.LowerIndex == link.Index);
        return upper is null ? null : InUse($"{upper.Name} is stacked on {link.Name}; remove it first.");
    }

    // S4a: an address that EC2 does not know was put there by somebody for a purpose.
    private static Blocker? Addressed(SafetyFacts facts)
    {
        if (facts.Host.LinkOf(facts.Device) is not { } link)
        {
            return null;
        }

        foreach (var address in facts.Host.Network.Addresses)
        {
            if (address.LinkIndex == link.Index && !IsLinkLocal(address.Address) && !IsAssigned(address.Address, facts.AssignedAddresses))
            {
                return InUse(
                    $"{link.Name} has the address {address.Address}/{address.PrefixLength}, which EC2 does not list for this ENI; remove it first."
                );
            }
        }

        return null;
    }

    // S4a and S5: the VPC CNI's and anybody else's routes stand in tables of their own. So do those
    // that cloud-init (table 101 and up) and nodeadm (10000 and up) make for each further ENI; they
    // are told apart by who is led there: only what the interface itself sends, which ends with it.
    // A pod's address belongs to the ENI as well, but is not on the interface. nodeadm's tables may
    // have lost their rule.
    private static Blocker? Routed(SafetyFacts facts)
    {
        if (facts.Host.LinkOf(facts.Device) is not { } link)
        {
            return null;
        }

        var own = facts
            .Host.Network.Addresses.Where(address => address.LinkIndex == link.Index && IsAssigned(address.Address, facts.AssignedAddresses))
            .Select(address => address.Address)
            .ToHashSet(StringComparer.Ordinal);
        foreach (var route in facts.Host.Network.Routes)
        {
            if (route.LinkIndex != link.Index || IsConfiguration(route))
            {
                continue;
            }

            var rules = facts.Host.Network.Rules.Where(rule => rule.Table == route.Table && rule.Family == route.Family).ToList();
            var foreign = rules.Find(rule => !own.Contains(SourceHost(rule)));
            if (route.Table == MainTable || foreign is not null || (rules.Count == 0 && route.Table < FirstNodeadmTable))
            {
                return InUse(
                    $"the route to {route.Destination ?? "everywhere"} in table {route.Table} leads over {link.Name} "
                        + $"({RouteMaker.Describe(route.Protocol)}{Led(route, foreign)}); remove it first, or keep the VPC CNI off this ENI "
                        + "(tag node.k8s.amazonaws.com/no_manage=true)."
                );
            }
        }

        return null;
    }

    private static string Led(Route route, RoutingRule? foreign) =>
        foreign is not null ? $"; the rule {foreign.Priority} leads there, from {foreign.Source ?? "everywhere"}"
        : route.Table == MainTable ? ""
        : "; no rule leads there from an address of this interface";

    // A whole prefix is no host: "" is nobody's address.
    private static string SourceHost(RoutingRule rule) =>
        rule.Source is { } source && source.EndsWith(rule.Family == 4 ? "/32" : "/128", StringComparison.Ordinal)
            ? source[..source.IndexOf('/')]
            : "";

    // S10
    private static Blocker? GroupNotViable(SafetyFacts facts)
    {
        if (facts.Device.IommuGroup is null || facts.Device.NoIommu)
        {
            return null;
        }

        var self = facts.Device.Address.ToString();
        var obstacles = facts
            .GroupDrivers.Where(member => member.Key != self && member.Value is not (null or "vfio-pci" or "pci-stub" or "pcieport"))
            .Select(member => $"{member.Key} ({member.Value})")
            .Order(StringComparer.Ordinal)
            .ToList();
        return obstacles.Count == 0
            ? null
            : new Blocker(
                Reasons.IommuGroupNotViable,
                $"{self} shares IOMMU group {facts.Device.IommuGroup} with devices that kernel drivers hold: {string.Join(", ", obstacles)}."
            );
    }

    // S12: amzn-drivers issues 379 and 380.
    private static Blocker? KnownBad(SafetyFacts facts, SafetyPolicy policy)
    {
        var version = facts.Host.EnaVersion;
        var bad =
            facts.Device.Driver == "ena"
            && version is not null
            && (version.StartsWith("2.17.0", StringComparison.Ordinal) || version.StartsWith("2.17.1", StringComparison.Ordinal));
        return bad && !policy.AcceptKnownBadEna
            ? new Blocker(
                Reasons.UnsupportedDevice,
                $"The node's ena driver {version} can crash the kernel when it lets a device go. Update it to 2.17.2 or later, or accept the risk with ACCEPT_KNOWN_BAD_ENA=true."
            )
            : null;
    }

    /// <summary>
    /// S13: what is said of a bind that has to wait for the repair of another device.
    /// </summary>
    /// <param name="other">The device that has no driver.</param>
    public static Blocker Driverless(PciAddress other) =>
        new(
            Reasons.ConcurrentOperation,
            $"{other} has no driver because a change of it failed or was cut off; no other device is bound until it is repaired."
        );

    // S13
    private static Blocker? OneAtATime(SafetyFacts facts) =>
        facts.DriverlessElsewhere is { } other && other != facts.Device.Address ? Driverless(other) : null;

    // What the kernel, DHCP and router advertisements add to any link that is up goes away with the
    // link.
    private static bool IsConfiguration(Route route) =>
        route.Protocol is KernelProtocol
        || route.Table == LocalTable
        || PrimaryInterface.IsMainDefault(route)
        || (route.Table == MainTable && route.Protocol is DhcpProtocol or PrimaryInterface.RouterAdvertisementProtocol);

    private static Blocker InUse(string what) => new(Reasons.DeviceInUse, "The device is in use: " + what);

    private static bool IsLinkLocal(string address) =>
        IPAddress.TryParse(address, out var parsed) && (parsed.IsIPv6LinkLocal || address.StartsWith("169.254.", StringComparison.Ordinal));

    private static bool IsAssigned(string address, IReadOnlyList<string> assigned)
    {
        if (!IPAddress.TryParse(address, out var parsed))
        {
            return false;
        }

        foreach (var entry in assigned)
        {
            var matches = entry.Contains('/')
                ? IPNetwork.TryParse(entry, out var network) && network.Contains(parsed)
                : IPAddress.TryParse(entry, out var single) && single.Equals(parsed);
            if (matches)
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary>What the administrator allows.</summary>
internal sealed record SafetyPolicy
{
    /// <summary>Devices that may be handed to a user-space driver.</summary>
    public IReadOnlyList<PciIds> AllowedDevices { get; init; } = PciIds.ElasticNetworkAdapters;

    /// <summary>
    /// An interface that is never touched, in addition to those found out; empty for none.
    /// </summary>
    public string PrimaryInterface { get; init; } = "";

    /// <summary>Interfaces must match it to be touched.</summary>
    public Regex InterfacePattern { get; init; } = new("^", RegexOptions.None, TimeSpan.FromSeconds(1));

    /// <summary>Interfaces that are never touched.</summary>
    public IReadOnlyList<string> IgnoredInterfaces { get; init; } = [];

    /// <summary>
    /// Whether an ena driver that may crash the kernel while it lets a device go is accepted (S12).
    /// </summary>
    public bool AcceptKnownBadEna { get; init; }
}

/// <summary>What the safety rules judge. All of it was read just before.</summary>
internal sealed record SafetyFacts
{
    /// <summary>The device about to be changed.</summary>
    public required PciDevice Device { get; init; }

    /// <summary>What the host shows.</summary>
    public required HostObservation Host { get; init; }

    /// <summary>
    /// Whether the attachment names this node and an ENI that EC2 says is attached (S3).
    /// </summary>
    public required bool IsOurs { get; init; }

    /// <summary>Device index and network card of the ENI; null while unknown.</summary>
    public (int Index, int Card)? Slot { get; init; }

    /// <summary>Addresses and prefixes that EC2 lists for the ENI.</summary>
    public IReadOnlyList<string> AssignedAddresses { get; init; } = [];

    /// <summary>
    /// The node's own InternalIP addresses; null while the node object is not known.
    /// </summary>
    public IReadOnlyList<string>? NodeAddresses { get; init; }

    /// <summary>
    /// Drivers of the devices in the same IOMMU group, by PCI address; null for none. Empty without
    /// a group.
    /// </summary>
    public IReadOnlyDictionary<string, string?> GroupDrivers { get; init; } = new Dictionary<string, string?>(StringComparer.Ordinal);

    /// <summary>Why the node is about to go away; null when it stays (S9).</summary>
    public string? NodeIsLeaving { get; init; }

    /// <summary>
    /// Another device of this node that no driver holds because a change of it failed (S13). One
    /// whose change was cut off is looked for when the bind has its turn.
    /// </summary>
    public PciAddress? DriverlessElsewhere { get; init; }
}

/// <summary>Why something is not done.</summary>
/// <param name="Reason">Condition reason.</param>
/// <param name="Message">The thing, the value and the remedy.</param>
internal sealed record Blocker(string Reason, string Message)
{
    /// <summary>
    /// Whether something cannot be told at present, rather than anything speaking against it: then
    /// nothing new is done, and what stands is kept.
    /// </summary>
    public bool IsInconclusive { get; init; }
}
