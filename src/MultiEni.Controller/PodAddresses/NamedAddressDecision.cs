using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.Planning;

namespace MultiEni.Controller.PodAddresses;

/// <summary>
/// Decides whether an address that a pod asks for by name is assigned to the pod's ENI. Pure. An
/// address is taken from another ENI of the cluster only, only when no running pod has it there,
/// and never when it is a primary one.
/// </summary>
internal static class NamedAddressDecision
{
    /// <summary>The verdicts on everything that pods of an ENI ask for.</summary>
    public static IReadOnlyList<NamedVerdict> Decide(NamedAddressRequest request) =>
        [
            .. (request.Attachment.Status?.Device?.Addresses?.Requested ?? [])
                .DistinctBy(asked => asked.Address, StringComparer.Ordinal)
                .Select(asked => Decide(request, asked.Address)),
        ];

    private static NamedVerdict Decide(NamedAddressRequest request, string asked)
    {
        var spec = request.Attachment.Spec!;
        var row = request.Row;
        if (AddressSets.Normalized(asked) is not { } address)
        {
            return Refuse(asked, Reasons.AddressNotAllowed, $"'{asked}' is not an IP address; correct the pod's annotation");
        }

        if (asked != address)
        {
            // No agent writes it so. Whoever does may mean to get past a comparison.
            return Refuse(
                asked,
                Reasons.AddressNotAllowed,
                $"'{asked}' is {address} in another form than the ENI manager asks for; update the ENI manager of {spec.NodeName}"
            );
        }

        if (AddressSets.Has(AddressSets.All(row), address))
        {
            return new NamedVerdict.Present(address);
        }

        var ranges = spec.PodAddresses?.FixedCidrs ?? [];
        if (!ranges.Exists(range => AddressSets.Contains(range, address)))
        {
            return Refuse(
                address,
                Reasons.AddressNotAllowed,
                ranges.Count == 0
                    ? $"NodeENI {spec.NodeEniRef.Name} gives no addresses by name; list their range in spec.podAddresses.fixedCIDRs"
                    : $"{address} is in none of spec.podAddresses.fixedCIDRs of NodeENI {spec.NodeEniRef.Name} ({string.Join(", ", ranges)}); "
                        + "add its range, or ask for another address"
            );
        }

        return OutsideSubnet(request, address) ?? Elsewhere(request, address);
    }

    private static NamedVerdict? OutsideSubnet(NamedAddressRequest request, string address)
    {
        var subnet = AddressSets.IsIpv6(address) ? request.SubnetIpv6Cidr : request.SubnetCidr;
        if (subnet is null)
        {
            return request.IsSubnetKnown
                ? Refuse(
                    address,
                    Reasons.AddressOutsideSubnet,
                    $"subnet {request.Row.SubnetId} of {request.Row.EniId} has no range of the family of {address}; ask for another address"
                )
                : new NamedVerdict.Undecided(address);
        }

        if (!AddressSets.Contains(subnet, address))
        {
            return Refuse(
                address,
                Reasons.AddressOutsideSubnet,
                $"{address} is not in {subnet} of subnet {request.Row.SubnetId}, in which {request.Row.EniId} is; "
                    + "ask for an address of that range, or run the pod on a node whose ENI is in the address's subnet"
            );
        }

        return AddressSets.IsReserved(subnet, address)
            ? Refuse(
                address,
                Reasons.AddressOutsideSubnet,
                $"{address} is one of the five addresses of {subnet} that EC2 keeps for itself; ask for another address"
            )
            : null;
    }

    private static NamedVerdict Elsewhere(NamedAddressRequest request, string address)
    {
        NamedVerdict verdict = new NamedVerdict.Granted(address, null);
        foreach (var other in request.Others)
        {
            if (On(request, other, address) is { } refused)
            {
                return refused;
            }

            if (other.Row is { } row && AddressSets.Has(AddressSets.All(row), address))
            {
                verdict = other.HasLetGo(address)
                    ? new NamedVerdict.Granted(address, row)
                    : new NamedVerdict.Waiting(
                        address,
                        row,
                        other.Attachment!.Spec!.NodeName,
                        request.Waiting.GetValueOrDefault(address, TimeSpan.Zero)
                    );
            }
        }

        if (request.Moving.Contains(address))
        {
            return InUse(address, $"{address} is being moved to another ENI, for another pod that asked for it; give each pod an address of its own");
        }

        return request.RefusedByEc2.FirstOrDefault(refused => refused.Address == address) is { } said
            ? new NamedVerdict.Refused(said, Passing: true)
            : verdict;
    }

    /// <summary>Why another ENI is in the way, if it is.</summary>
    private static NamedVerdict.Refused? On(NamedAddressRequest request, NeighbourEni other, string address)
    {
        var spec = other.Attachment?.Spec;
        var row = other.Row;
        if ((row?.PrivateIps is [var primary, ..] && primary == address) || row?.PrimaryIpv6 == address || spec?.PrivateIpAddress == address)
        {
            return Refuse(
                address,
                Reasons.AddressIsPrimary,
                $"{address} is the primary address of {Eni(other)}, which cannot be moved; ask for another address"
            );
        }

        var use = other.Attachment?.Status?.Device?.Addresses;
        if (!other.IsNodeLost && use?.Used?.Find(used => AddressSets.IsSame(used.Address, address)) is { } holder)
        {
            return InUse(
                address,
                $"pod {holder.Pod} on {spec!.NodeName} has {address}; it is assigned here when that pod has ended, or its node is gone or not ready"
            );
        }

        if (IsBefore(request, other, address) && use?.Requested?.Find(wanted => AddressSets.IsSame(wanted.Address, address)) is { } rival)
        {
            return InUse(address, $"pod {rival.Pod} on {spec!.NodeName} asked for {address} as well; give each pod an address of its own");
        }

        if (row is null || !AddressSets.Has(AddressSets.All(row), address))
        {
            return null;
        }

        if (!AddressSets.All(row).Contains(address))
        {
            return InUse(address, $"{address} is part of a prefix of {Eni(other)}, which is not moved; ask for another address");
        }

        return request.Attachment.Spec!.PodAddresses?.AllowReassignment == true
            ? null
            : InUse(
                address,
                $"{Eni(other)} has {address} and no pod uses it there; "
                    + $"set spec.podAddresses.allowReassignment in NodeENI {request.Attachment.Spec.NodeEniRef.Name} so that it may be moved"
            );
    }

    // Of two that ask for the same address, the one whose status names it already goes first, then
    // the one whose name does; one that was refused is out of the way, unless it is on record and
    // merely told what it waits for.
    private static bool IsBefore(NamedAddressRequest request, NeighbourEni other, string address)
    {
        if (other.Attachment is null)
        {
            return false;
        }

        var (ours, theirs) = (request.Attachment.Status?.Network, other.Attachment.Status?.Network);
        var (isOurs, isTheirs) = (IsOnRecord(ours, address), IsOnRecord(theirs, address));
        if (other.IsNodeLost || (!isTheirs && theirs?.RefusedAddresses?.Exists(refused => AddressSets.IsSame(refused.Address, address)) == true))
        {
            return false;
        }

        return isOurs == isTheirs ? string.CompareOrdinal(other.Attachment.Metadata.Name, request.Attachment.Metadata.Name) < 0 : isTheirs;
    }

    private static bool IsOnRecord(NetworkStatus? network, string address) =>
        network?.AssignedForPods?.Exists(item => AddressSets.IsSame(item, address)) == true;

    private static string Eni(NeighbourEni other) =>
        other.Attachment is { } attachment
            ? $"{other.Row?.EniId ?? attachment.Status?.Network?.EniId ?? attachment.Metadata.Name} on {attachment.Spec!.NodeName}"
            : $"{other.Row?.EniId} (retained, on no node)";

    private static NamedVerdict.Refused InUse(string asked, string message) => Refuse(asked, Reasons.AddressInUse, message, passing: true);

    private static NamedVerdict.Refused Refuse(string asked, string reason, string message, bool passing = false) =>
        new(
            new RefusedAddress
            {
                Address = asked,
                Reason = reason,
                Message = message,
            },
            passing
        );
}

/// <summary>What the verdicts on the addresses that an ENI's pods ask for depend on.</summary>
/// <param name="Attachment">The attachment.</param>
/// <param name="Row">Its ENI.</param>
/// <param name="Others">The other ENIs of the cluster in the subnet.</param>
/// <param name="IsSubnetKnown">Whether the subnet's ranges were read.</param>
/// <param name="SubnetCidr">IPv4 range of the subnet; null when it has none.</param>
/// <param name="SubnetIpv6Cidr">IPv6 range of the subnet; null when it has none.</param>
/// <param name="RefusedByEc2">What EC2 refused lately, with its words.</param>
internal sealed record NamedAddressRequest(
    EniAttachment Attachment,
    EniRow Row,
    IReadOnlyList<NeighbourEni> Others,
    bool IsSubnetKnown,
    string? SubnetCidr,
    string? SubnetIpv6Cidr,
    IReadOnlyList<RefusedAddress> RefusedByEc2
)
{
    /// <summary>Addresses that are on their way to other ENIs.</summary>
    public IReadOnlySet<string> Moving { get; init; } = new HashSet<string>();

    /// <summary>For how long each address has been waited for that another node has to let go of.</summary>
    public IReadOnlyDictionary<string, TimeSpan> Waiting { get; init; } = new Dictionary<string, TimeSpan>();
}

/// <summary>Another ENI in the same subnet.</summary>
/// <param name="Attachment">Its attachment; null for an ENI that outlived its node.</param>
/// <param name="Row">The ENI; null when EC2 shows none.</param>
/// <param name="IsNodeLost">
/// Whether its node is gone or not ready, so that what its agent said is no longer so.
/// </param>
internal sealed record NeighbourEni(EniAttachment? Attachment, EniRow? Row, bool IsNodeLost)
{
    /// <summary>What its agent was told to give to nobody; null for nothing.</summary>
    public WithheldAddresses? Withheld { get; init; }

    /// <summary>Whether no pod can be given an address of the ENI from now on.</summary>
    public bool HasLetGo(string address) =>
        IsNodeLost || Attachment is null || Row is null || Retention.IsUnattached(Row) || AddressMoves.HasLetGo(Attachment, Row, address, Withheld);
}
