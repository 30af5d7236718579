using System.Security.Cryptography;
using System.Text;
using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.NodeEnis;
using MultiEni.Controller.GeneratedObjects;

namespace MultiEni.Controller.Whereabouts;

/// <summary>
/// The parts of a subnet from which whereabouts gives addresses to the pods of each node: the /28
/// prefixes that EC2 has on the ENIs of a NodeENI there, so that each address is delivered.
/// </summary>
/// <param name="Name">Name of the pool, which network definitions refer to.</param>
/// <param name="NodeEni">The NodeENI.</param>
/// <param name="Range">The subnet, whose prefix length the pods' addresses have.</param>
/// <param name="Slices">The part of each node, by its name.</param>
internal sealed record NodeSlices(string Name, string NodeEni, string Range, IReadOnlyList<NodeSliceAllocation> Slices)
{
    private const string SliceSize = "/28";
    private const int LongestName = 253;

    /// <summary>How the controller keeps them.</summary>
    /// <param name="namespaceName">The namespace of whereabouts.</param>
    public static GeneratedKind<NodeSlices, NodeSlicePool> In(string namespaceName) =>
        new(
            "node-slices",
            NodeSlicePool.ResourceKind,
            namespaceName,
            Of,
            slices => slices.ToObject(),
            FromObject,
            IsFor,
            $"install whereabouts with its resource definitions in namespace {namespaceName}, or clear the chart's controller.nodeSlicePoolsNamespace",
            slices => slices.NodeEni,
            "pods may get addresses that the VPC does not deliver; switch off whereabouts' node slice controller "
                + "(its chart's nodeSliceController.enabled=false) and delete the NodeSlicePool, which is made anew",
            StatusPatch
        );

    /// <summary>
    /// Whether pods of a NodeENI are given addresses out of prefixes by somebody else than the ENI
    /// manager: two that do not know of each other would give the same address twice.
    /// </summary>
    public static bool IsFor(NodeEni nodeEni) => nodeEni.Spec is { Ipv4PrefixCount: > 0, PodAddresses: null };

    /// <summary>The pools that there should be, by name.</summary>
    /// <param name="nodeEnis">All NodeENIs.</param>
    /// <param name="attachments">
    /// All attachments. One that is being deleted counts until its ENI is detached: whereabouts
    /// cannot release a pod's address without the node's part.
    /// </param>
    /// <param name="held">
    /// The pools that exist: whereabouts takes one part of a node, which stays the same while the
    /// ENI has it, because pods have addresses of it.
    /// </param>
    public static IReadOnlyList<NodeSlices> Of(IEnumerable<NodeEni> nodeEnis, IEnumerable<EniAttachment> attachments, IReadOnlyList<NodeSlices> held)
    {
        var names = nodeEnis.Where(IsFor).Select(nodeEni => nodeEni.Metadata.Name).ToHashSet(StringComparer.Ordinal);
        var earlier = held.ToDictionary(slices => slices.Name, StringComparer.Ordinal);
        return
        [
            .. attachments
                .Where(attachment => names.Contains(attachment.Spec!.NodeEniRef.Name) && Prefixes(attachment).Any())
                .GroupBy(attachment => (NodeEni: attachment.Spec!.NodeEniRef.Name, attachment.Spec.SubnetId))
                .Select(subnet => Of(NameOf(subnet.Key.NodeEni, subnet.Key.SubnetId), subnet.Key.NodeEni, [.. subnet], earlier))
                .OrderBy(slices => slices.Name, StringComparer.Ordinal),
        ];
    }

    /// <summary>
    /// Name of a pool. Each subnet has its own: a pod's prefix length is that of the range, and
    /// what is beyond its subnet is not on its link.
    /// </summary>
    public static string NameOf(string nodeEni, string subnetId)
    {
        var name = $"{nodeEni}-{subnetId}";
        return name.Length <= LongestName
            ? name
            : $"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(nodeEni)).AsSpan(0, 8))}-{subnetId}";
    }

    /// <inheritdoc />
    public bool Equals(NodeSlices? other) =>
        other is not null && (Name, NodeEni, Range) == (other.Name, other.NodeEni, other.Range) && Slices.SequenceEqual(other.Slices);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Name, NodeEni, Range, Slices.Count);

    private static NodeSlices Of(string name, string nodeEni, IReadOnlyList<EniAttachment> attachments, Dictionary<string, NodeSlices> earlier)
    {
        var former = (earlier.GetValueOrDefault(name)?.Slices ?? [])
            .DistinctBy(slice => slice.NodeName, StringComparer.Ordinal)
            .ToDictionary(slice => slice.NodeName, slice => slice.SliceRange, StringComparer.Ordinal);
        var slices = attachments
            .OrderBy(attachment => attachment.Metadata.IsBeingDeleted)
            .ThenBy(attachment => attachment.Metadata.Name, StringComparer.Ordinal)
            .DistinctBy(attachment => attachment.Spec!.NodeName, StringComparer.Ordinal)
            .OrderBy(attachment => attachment.Spec!.NodeName, StringComparer.Ordinal)
            .Select(attachment => new NodeSliceAllocation
            {
                NodeName = attachment.Spec!.NodeName,
                SliceRange =
                    former.GetValueOrDefault(attachment.Spec.NodeName) is { } range && Prefixes(attachment).Contains(range)
                        ? range
                        : Prefixes(attachment).First(),
            });
        return new NodeSlices(name, nodeEni, attachments[0].Status!.Network!.SubnetCidr!, [.. slices]);
    }

    private static IEnumerable<string> Prefixes(EniAttachment attachment) =>
        attachment.Status?.Network is { State: EniState.Attached or EniState.Releasing, SubnetCidr: not null, Prefixes: { } prefixes }
            ? prefixes.Where(prefix => prefix.EndsWith(SliceSize, StringComparison.Ordinal))
            : [];

    private NodeSlicePool ToObject() =>
        new()
        {
            Metadata = new()
            {
                Name = Name,
                Annotations = new(StringComparer.Ordinal) { [Names.NodeEniLabel] = NodeEni },
            },
            Spec = new NodeSlicePoolSpec { Range = Range, SliceSize = SliceSize },
            Status = new NodeSlicePoolStatus { Allocations = [.. Slices] },
        };

    private static NodeSlices FromObject(NodeSlicePool stored) =>
        new(
            stored.Metadata.Name,
            stored.Metadata.Annotations?.GetValueOrDefault(Names.NodeEniLabel) ?? "",
            stored.Spec?.Range ?? "",
            stored.Status?.Allocations ?? []
        );

    // Releases of whereabouts differ in whether the kind has a status of its own, which the API
    // server drops from a write of the object.
    private static NodeSlicePool? StatusPatch(NodeSlicePool desired, NodeSlicePool answer) =>
        answer.Status?.Allocations.SequenceEqual(desired.Status!.Allocations) == true
            ? null
            : new NodeSlicePool
            {
                Metadata = new() { Name = desired.Metadata.Name, Namespace = desired.Metadata.Namespace },
                Status = desired.Status,
            };
}
