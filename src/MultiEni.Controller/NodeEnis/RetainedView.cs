using System.Diagnostics.Metrics;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.NodeEnis;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.Ec2.Inventory;
using MultiEni.Controller.Kubernetes;
using MultiEni.Controller.Planning;

namespace MultiEni.Controller.NodeEnis;

/// <summary>Which ENIs of the cluster are retained, and for which NodeENI.</summary>
internal sealed class RetainedView(ClusterView cluster, EniInventory inventory, PlanOutcomes outcomes)
{
    /// <summary>Whether the ENI of an attachment outlives it.</summary>
    public bool Keeps(EniAttachmentSpec attachment, EniRow row)
    {
        var nodeEni = cluster.NodeEni(attachment.NodeEniRef.Name);
        return Retention.Keeps(nodeEni, NetworkOf(nodeEni), attachment, row);
    }

    /// <summary>Whether an unattached ENI is no leak: its NodeENI keeps it, or an attachment takes it.</summary>
    public bool Keeps(EniRow row) => IsKept(row) || cluster.ClaimantsOf(row.EniId).Any(Waits);

    /// <summary>
    /// The unattached ENIs that a NodeENI keeps, those aside that are in the slot of an attachment
    /// which nobody else has claimed them from.
    /// </summary>
    /// <param name="nodeEni">The NodeENI.</param>
    /// <param name="network">Its subnets; null when they are not known.</param>
    public IReadOnlyList<EniRow> Of(NodeEni nodeEni, ResolvedNetwork? network) =>
        nodeEni.Spec!.RetainPolicy == RetainPolicies.Retain
            ?
            [
                .. inventory
                    .Rows()
                    .Where(row =>
                        Retention.IsUnattached(row) && Retention.Keeps(nodeEni, network, row) && (IsInNoSlot(row) || IsClaimedByAnother(row))
                    ),
            ]
            : [];

    /// <summary>What is left of a NodeENI that is being deleted and has no attachment any more.</summary>
    public IReadOnlyList<EniRow> LeftOf(NodeEni nodeEni) =>
        nodeEni.Spec!.RetainPolicy == RetainPolicies.Retain
            ?
            [
                .. inventory
                    .Rows()
                    .Where(row => !row.Adopted && Retention.IsUnattached(row) && Retention.IsOf(nodeEni.Metadata.Name, row) && IsInNoSlot(row)),
            ]
            : [];

    /// <summary>
    /// Those that a NodeENI keeps and nobody takes at present, by ID; null while EC2's are not known.
    /// </summary>
    public IReadOnlyList<EniRow>? UnclaimedOf(NodeEni nodeEni) =>
        inventory.Swept
            ?
            [
                .. inventory
                    .Rows()
                    .Where(row => Retention.IsUnattached(row) && Retention.IsOf(nodeEni.Metadata.Name, row) && IsInNoSlot(row) && IsKept(row))
                    .OrderBy(row => row.EniId, StringComparer.Ordinal),
            ]
            : null;

    /// <summary>Tells the NodeENIs that keep ENIs whenever one changes that is in the slot of no attachment.</summary>
    public IDisposable Subscribe(Action<string> changed) =>
        inventory.Changes.Subscribe(slot =>
        {
            if (cluster.Attachment(slot) is not null)
            {
                return;
            }

            foreach (var nodeEni in cluster.NodeEnis.Where(nodeEni => nodeEni.Spec?.RetainPolicy == RetainPolicies.Retain))
            {
                changed(nodeEni.Metadata.Name);
            }
        });

    /// <summary>How many each NodeENI has that nobody takes at present.</summary>
    public IEnumerable<Measurement<int>> Counts()
    {
        var kept = inventory
            .Rows()
            .Where(row => Retention.IsUnattached(row) && IsInNoSlot(row) && IsKept(row))
            .CountBy(row => row.Tags.GetValueOrDefault(EniTags.NodeEni, ""))
            .ToDictionary();
        return cluster
            .NodeEnis.Where(nodeEni => nodeEni.Spec?.RetainPolicy == RetainPolicies.Retain)
            .Select(nodeEni => new Measurement<int>(
                kept.GetValueOrDefault(nodeEni.Metadata.Name),
                new KeyValuePair<string, object?>("nodeeni", nodeEni.Metadata.Name)
            ));
    }

    private bool IsKept(EniRow row)
    {
        var nodeEni = cluster.NodeEni(row.Tags.GetValueOrDefault(EniTags.NodeEni, ""));
        return Retention.Keeps(nodeEni, NetworkOf(nodeEni), row);
    }

    private bool IsInNoSlot(EniRow row) => row.Slot is { } slot && cluster.Attachment(slot) is null;

    // One that has an ENI by now has taken this one, or needs it no more.
    private bool IsClaimedByAnother(EniRow row) =>
        cluster.ClaimantsOf(row.EniId).Any(claimant => claimant.Metadata.Name != row.Slot && Waits(claimant));

    private bool Waits(EniAttachment claimant) => inventory.FindBySlot(claimant.Metadata.Name).Count == 0;

    // What a plan of a former specification found tells nothing about this one.
    private ResolvedNetwork? NetworkOf(NodeEni? nodeEni) =>
        nodeEni is not null
        && outcomes.Find(nodeEni.Metadata.Name, nodeEni.Metadata.Uid) is { } plan
        && plan.Generation == nodeEni.Metadata.Generation
            ? plan.Resolution.Network
            : null;
}
