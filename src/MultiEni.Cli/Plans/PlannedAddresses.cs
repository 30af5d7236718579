using MultiEni.Api.EniAttachments;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.Planning;
using MultiEni.Controller.PodAddresses;

namespace MultiEni.Cli.Plans;

/// <summary>
/// IPv4 addresses of its subnet that an ENI takes, those for pods included (docs/addresses.md). What
/// the subnet keeps in reservations is not among its free ones and does not count. Pure.
/// </summary>
/// <param name="subnet">A subnet by its ID; null when it is not known.</param>
/// <param name="limits">Limits of the node's instance type; null when they are not known.</param>
internal sealed class PlannedAddresses(Func<string, ResolvedSubnet?> subnet, Func<string, InstanceTypeLimits?> limits)
{
    /// <summary>As many as its specification asks for.</summary>
    public int Wanted(EniAttachment attachment)
    {
        var spec = attachment.Spec!;
        var warm = Warm(attachment);
        return spec.Ipv4PrefixCount > 0
            ? Needed(spec, spec.SecondaryPrivateIpCount, spec.Ipv4PrefixCount + (warm / FreeAddresses.InAPrefix))
            : Needed(spec, spec.SecondaryPrivateIpCount + warm, spec.Ipv4PrefixCount);
    }

    /// <summary>As many as it has; as many as its specification asks for while it is not known.</summary>
    public int Held(EniAttachment attachment) =>
        attachment.Status?.Network is { PrivateIps: { Count: > 0 } addresses } network
            ? Needed(attachment.Spec!, addresses.Count - 1, (network.Prefixes ?? []).Count(prefix => !AddressSets.IsIpv6(prefix)))
            : Wanted(attachment);

    /// <summary>
    /// As many as it keeps when it outlives its node: what was assigned for pods is given back.
    /// </summary>
    public int Retained(EniAttachment attachment)
    {
        var spec = attachment.Spec!;
        if (attachment.Status?.Network is not { PrivateIps: { Count: > 0 } addresses } network)
        {
            return Needed(spec, spec.SecondaryPrivateIpCount, spec.Ipv4PrefixCount);
        }

        var forPods = (network.AssignedForPods ?? []).ToHashSet(StringComparer.Ordinal);
        return Needed(
            spec,
            addresses.Count(address => !forPods.Contains(address)) - 1,
            (network.Prefixes ?? []).Count(prefix => !AddressSets.IsIpv6(prefix) && !forPods.Contains(prefix))
        );
    }

    /// <summary>
    /// Addresses that are assigned for pods once the ENI exists; whole prefixes if it has prefixes.
    /// </summary>
    public int Warm(EniAttachment attachment)
    {
        var spec = attachment.Spec!;
        if (spec.PodAddresses is not { Warm: > 0 } pods || Needed(spec, 0, 0) == 0)
        {
            return 0;
        }

        var missing = pods.Warm - spec.SecondaryPrivateIpCount - (spec.Ipv4PrefixCount * FreeAddresses.InAPrefix);
        var most = (pods.Maximum ?? int.MaxValue) - 1 - spec.SecondaryPrivateIpCount - (spec.Ipv4PrefixCount * FreeAddresses.InAPrefix);
        var slots = (limits(spec.NodeName)?.Ipv4PerEni ?? int.MaxValue) - 1 - spec.SecondaryPrivateIpCount - spec.Ipv4PrefixCount;
        return missing <= 0 ? 0
            : spec.Ipv4PrefixCount > 0
                ? FreeAddresses.InAPrefix
                    * Math.Max(
                        0,
                        Math.Min((missing + FreeAddresses.InAPrefix - 1) / FreeAddresses.InAPrefix, Math.Min(slots, most / FreeAddresses.InAPrefix))
                    )
            : Math.Max(0, Math.Min(missing, Math.Min(slots, most)));
    }

    private int Needed(EniAttachmentSpec spec, int secondaryAddresses, int prefixes) =>
        subnet(spec.SubnetId) is not { } known ? FreeAddresses.NeededFor(secondaryAddresses, prefixes)
        : known.Ipv6Native ? 0
        : FreeAddresses.NeededIn(known, spec.PrivateIpAddress is { } named ? [named] : [], secondaryAddresses, prefixes);
}
