using MultiEni.Api.EniAttachments;
using MultiEni.Api.NodeEnis;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.Planning;
using MultiEni.Controller.PodAddresses;

namespace MultiEni.Cli.Plans;

/// <summary>
/// The ENIs that outlived their nodes (<c>retainPolicy: Retain</c>) while a plan is followed: those
/// that EC2 has, and those that the plan itself detaches. Pure.
/// </summary>
/// <param name="rows">Those that EC2 has.</param>
/// <param name="addresses">How addresses are counted.</param>
internal sealed class UnattachedEnis(IEnumerable<EniRow> rows, PlannedAddresses addresses)
{
    private readonly List<UnattachedEni> _enis =
    [
        .. rows.Where(row => Retention.IsUnattached(row) && !row.Adopted).Select(row => new UnattachedEni(row, AddressesOf(row))),
    ];

    /// <summary>Those that the planner may give to the attachments of a NodeENI.</summary>
    /// <param name="nodeEni">The NodeENI.</param>
    /// <param name="network">Its subnets; null when they are not known.</param>
    /// <param name="hasAttachment">Whether an attachment has the slot of an ENI.</param>
    public IReadOnlyList<EniRow> For(NodeEni nodeEni, ResolvedNetwork? network, Func<string, bool> hasAttachment) =>
        [.. _enis.Select(eni => eni.Row).Where(row => Retention.Keeps(nodeEni, network, row) && row.Slot is { } slot && !hasAttachment(slot))];

    /// <summary>Those that an edit of their NodeENI has deleted.</summary>
    public IReadOnlyList<UnattachedEni> DeletedBy(NodeEniEdit edit, ResolvedNetwork? network)
    {
        if (edit.Before is not { Spec.RetainPolicy: RetainPolicies.Retain } before)
        {
            return [];
        }

        return
        [
            .. _enis.Where(eni =>
                Retention.IsOf(before.Metadata.Name, eni.Row) && (edit.After is not { } after || !Retention.Keeps(after, network, eni.Row))
            ),
        ];
    }

    /// <summary>An attachment goes. Returns whether its ENI is detached and kept.</summary>
    public bool Keep(EniAttachment attachment, NodeEni nodeEni, ResolvedNetwork? network)
    {
        var row = RowOf(attachment);
        if (!EniState.IsAttached(attachment.Status?.Network?.State) || !Retention.Keeps(nodeEni, network, attachment.Spec!, row))
        {
            return false;
        }

        _enis.Add(new UnattachedEni(row, addresses.Retained(attachment)));
        return true;
    }

    /// <summary>Takes an ENI away, for an attachment that has it now; null when it is not known.</summary>
    public UnattachedEni? Take(string? eniId)
    {
        var taken = _enis.Find(eni => eni.Row.EniId == eniId);
        if (taken is not null)
        {
            _enis.Remove(taken);
        }

        return taken;
    }

    /// <summary>IPv4 addresses of its subnet that an ENI holds.</summary>
    public static int AddressesOf(EniRow row) =>
        FreeAddresses.NeededFor(Math.Max(row.PrivateIps.Count - 1, 0), AddressSets.Ipv4Prefixes(row).Count());

    // As it will be, once detached. Offline it has no ID yet, and its slot stands in.
    private static EniRow RowOf(EniAttachment attachment)
    {
        var spec = attachment.Spec!;
        var network = attachment.Status?.Network;
        var tags = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [EniTags.NodeEni] = spec.NodeEniRef.Name,
            [EniTags.Node] = spec.NodeName,
            [EniTags.Slot] = attachment.Metadata.Name,
        };
        if (network?.Adopted == true)
        {
            tags[EniTags.Adopted] = "true";
        }

        return new EniRow(
            network?.EniId ?? attachment.Metadata.Name,
            EniStates.Available,
            spec.SubnetId,
            network?.AvailabilityZone ?? "",
            network?.MacAddress ?? "",
            network?.PrivateIps ?? [],
            network?.Ipv6Addresses ?? [],
            network?.Prefixes ?? [],
            spec.SecurityGroupIds,
            spec.SourceDestCheck,
            spec.Description ?? "",
            tags,
            Attachment: null
        )
        {
            ElasticIp = spec.ElasticIp?.AllocationId is { } allocation ? new EniElasticIp(allocation, "", "") : null,
        };
    }
}

/// <summary>An ENI that no node has.</summary>
/// <param name="Row">As EC2 shows it, or will.</param>
/// <param name="Addresses">IPv4 addresses of its subnet that it holds.</param>
internal sealed record UnattachedEni(EniRow Row, int Addresses);
