using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Host;

namespace MultiEni.Manager.Links;

/// <summary>Puts together what the decision about a link needs.</summary>
/// <param name="host">The host.</param>
/// <param name="record">What this program has added to links.</param>
/// <param name="refusals">Names that the kernel did not take.</param>
/// <param name="ofPods">
/// The addresses that pods share and have, by ENI; null while that is unknown.
/// </param>
internal sealed class LinkObserver(NodeHost host, LinkRecord record, NameRefusals refusals, Func<string, IReadOnlySet<string>?> ofPods)
{
    /// <summary>What is asked for and what is the case.</summary>
    /// <param name="attachment">Whose link.</param>
    /// <param name="all">All attachments of the node.</param>
    /// <param name="link">The link; null when the host has none.</param>
    /// <param name="seen">The host.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<(LinkPlan Plan, LinkFacts Facts)> ReadAsync(
        EniAttachment attachment,
        IReadOnlyList<EniAttachment> all,
        Link? link,
        HostObservation seen,
        CancellationToken cancellationToken
    )
    {
        var known = link is null ? new LinkChangesOf() : record.Of(seen.BootId, link);
        var present = seen
            .Network.Addresses.Where(address => address.LinkIndex == link?.Index && known.Has(address))
            .Select(address => address.Address);
        var plan = PlanOf(attachment, all, [.. present]);
        var facts = new LinkFacts
        {
            Table = TableOf(attachment, all),
            Network = seen.Network,
            Record = known,
            RefusedNames = link is null ? new Dictionary<string, string>(StringComparer.Ordinal) : refusals.Of(link.Index, plan.Names),
            ReversePathFilter =
                link is not null && (plan.Addresses is not null || known.ReversePathFilter is not null)
                    ? (await host.Files.ReadTextAsync(LinkOperation.SetReversePathFilter.PathOf(link.Name), cancellationToken))?.Trim()
                    : null,
        };
        return (plan, facts);
    }

    /// <summary>
    /// The host without what this program has configured: that is no sign of anybody's use of a
    /// device, nor of the node's own interface.
    /// </summary>
    public HostObservation WithoutOwn(HostObservation seen)
    {
        var known = record.All(seen.BootId);
        var network = seen.Network;
        return seen with
        {
            Network = network with
            {
                Addresses = [.. network.Addresses.Where(address => address.Protocol != OwnProtocol.Number && !known.Any(link => link.Has(address)))],
                Routes = [.. network.Routes.Where(route => route.Protocol != OwnProtocol.Number)],
                Rules = [.. network.Rules.Where(rule => rule.Protocol != OwnProtocol.Number)],
            },
        };
    }

    // A device that pods get with its driver's interface keeps the names in the pod.
    private LinkPlan PlanOf(EniAttachment attachment, IReadOnlyList<EniAttachment> all, IReadOnlyCollection<string> present) =>
        attachment is { Metadata.IsBeingDeleted: false, Spec.Device.Use: not DeviceUses.Bound, Status.Network.EniId: { Length: > 0 } eniId }
        && LinkAliases.Of(all).TryGetValue(attachment.Metadata.Name, out var alias)
            ? new LinkPlan { Names = [eniId, alias], Addresses = HostAddressPlan.Of(attachment, ofPods(eniId), present) }
            : LinkPlan.Nothing;

    // What EC2 has given to another ENI meanwhile is that one's.
    private static int? TableOf(EniAttachment attachment, IReadOnlyList<EniAttachment> all) =>
        HostTables.Of(attachment) is { } table
        && !all.Any(other =>
            other.Metadata.Name != attachment.Metadata.Name
            && HostTables.Of(other) == table
            && (attachment.Metadata.IsBeingDeleted || !other.Metadata.IsBeingDeleted)
        )
            ? table
            : null;
}
