using System.Globalization;
using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.NodeEnis;
using MultiEni.Controller.GeneratedObjects;

namespace MultiEni.Controller.Karpenter;

/// <summary>
/// How many of which resources a node has once the NodeENIs that select it are served. Karpenter
/// launches no node for a pod that requests a resource which no instance type has.
/// </summary>
/// <param name="Name">Name of the overlay.</param>
/// <param name="NodeEni">The first of the NodeENIs.</param>
/// <param name="Selector">The labels by which the NodeENIs select the node.</param>
/// <param name="Capacity">How many of each resource.</param>
internal sealed record ResourceOverlay(
    string Name,
    string NodeEni,
    IReadOnlyDictionary<string, string> Selector,
    IReadOnlyDictionary<string, int> Capacity
)
{
    private const string Prefix = "eni-";
    private const string In = "In";

    /// <summary>How the controller keeps them.</summary>
    public static GeneratedKind<ResourceOverlay, NodeOverlay> Kind { get; } =
        new(
            "node-overlays",
            NodeOverlay.ResourceKind,
            Namespace: null,
            Of,
            overlay => overlay.ToObject(),
            FromObject,
            IsFor,
            "install Karpenter with its resource definitions, or set the chart's controller.nodeOverlays to false",
            overlay => overlay.NodeEni,
            "Karpenter may launch nodes for pods that cannot run there; delete the NodeOverlay, which is made anew"
        );

    /// <summary>
    /// Whether the ENIs of a NodeENI are offered to pods as a resource, bound to a driver for DPDK or
    /// not.
    /// </summary>
    public static bool IsFor(NodeEni nodeEni) =>
        nodeEni is { Metadata.IsBeingDeleted: false, Spec: { NodeSelector.Count: > 0 } spec } && DeviceSpec.From(spec).Use != DeviceUses.Plain;

    /// <summary>
    /// The overlays that there should be, by name. NodeENIs with the same selector have one: what
    /// two overlays say of one resource is not added up.
    /// </summary>
    /// <param name="nodeEnis">All NodeENIs.</param>
    /// <param name="attachments">All attachments, which tell what the nodes have.</param>
    /// <param name="held">
    /// The overlays that exist, which tell what nodes had when there is none at present.
    /// </param>
    public static IReadOnlyList<ResourceOverlay> Of(
        IEnumerable<NodeEni> nodeEnis,
        IEnumerable<EniAttachment> attachments,
        IReadOnlyList<ResourceOverlay> held
    )
    {
        var planned = attachments
            .Where(attachment => !attachment.Metadata.IsBeingDeleted)
            .ToLookup(attachment => attachment.Spec!.NodeEniRef.Name, StringComparer.Ordinal);
        return
        [
            .. nodeEnis
                .Where(IsFor)
                .OrderBy(nodeEni => nodeEni.Metadata.Name, StringComparer.Ordinal)
                .GroupBy(nodeEni => SelectorText(nodeEni.Spec!.NodeSelector), StringComparer.Ordinal)
                .Select(group => Of([.. group], planned, held))
                .OfType<ResourceOverlay>()
                .OrderBy(overlay => overlay.Name, StringComparer.Ordinal),
        ];
    }

    /// <inheritdoc />
    public bool Equals(ResourceOverlay? other) =>
        other is not null
        && (Name, NodeEni) == (other.Name, other.NodeEni)
        && SelectorText(Selector) == SelectorText(other.Selector)
        && Capacity.Count == other.Capacity.Count
        && Capacity.All(resource => other.Capacity.TryGetValue(resource.Key, out var count) && count == resource.Value);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Name, NodeEni, Capacity.Count);

    private static ResourceOverlay? Of(IReadOnlyList<NodeEni> nodeEnis, ILookup<string, EniAttachment> planned, IReadOnlyList<ResourceOverlay> held)
    {
        var first = nodeEnis[0];
        var name = Prefix + first.Metadata.Name;
        var capacity = new Dictionary<string, int>(StringComparer.Ordinal);
        var earlier = held.FirstOrDefault(overlay => overlay.Name == name)?.Capacity;
        foreach (var nodeEni in nodeEnis)
        {
            foreach (var (resource, count) in CapacityOf(nodeEni, [.. planned[nodeEni.Metadata.Name]]))
            {
                capacity[resource] = capacity.GetValueOrDefault(resource) + count;
            }
        }

        // No node is left that would tell: a pod brings one by what they had.
        if (earlier is not null && !nodeEnis.Any(nodeEni => planned[nodeEni.Metadata.Name].Any()))
        {
            foreach (var (resource, count) in earlier.Where(resource => nodeEnis.Any(nodeEni => Offers(nodeEni, resource.Key))))
            {
                capacity[resource] = count;
            }
        }

        return capacity.Count == 0 ? null : new ResourceOverlay(name, first.Metadata.Name, first.Spec!.NodeSelector, capacity);
    }

    // Of a NodeENI without a name for its resource nothing is known before a node offers it. Where
    // nodes have different numbers, the smallest counts: with more Karpenter could launch nodes for
    // a pod again and again of which none fits it.
    private static IEnumerable<(string Resource, int Count)> CapacityOf(NodeEni nodeEni, IReadOnlyList<EniAttachment> attachments)
    {
        var nodes = attachments.GroupBy(attachment => attachment.Spec!.NodeName, StringComparer.Ordinal);
        if (nodeEni.Spec!.DpdkResourceName is { Length: > 0 } named)
        {
            return [(OfferedResource.Named(named), nodes.Select(node => node.Count()).DefaultIfEmpty(1).Min())];
        }

        return attachments
            .Select(OfferedResource.Of)
            .OfType<OfferedResource>()
            .Where(resource => resource.IsDesired)
            .Select(resource => (resource.Name, 1))
            .Distinct();
    }

    private static bool Offers(NodeEni nodeEni, string resource) =>
        nodeEni.Spec!.DpdkResourceName is { Length: > 0 } named
            ? OfferedResource.Named(named) == resource
            : resource.StartsWith(Names.DefaultResourceName, StringComparison.Ordinal);

    private static string SelectorText(IEnumerable<KeyValuePair<string, string>> selector) =>
        string.Join(',', selector.OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => $"{label.Key}={label.Value}"));

    private static ResourceOverlay FromObject(NodeOverlay stored) =>
        new(
            stored.Metadata.Name,
            stored.Metadata.Annotations?.GetValueOrDefault(Names.NodeEniLabel) ?? "",
            (stored.Spec?.Requirements ?? [])
                .DistinctBy(requirement => requirement.Key, StringComparer.Ordinal)
                .ToDictionary(requirement => requirement.Key, requirement => requirement.Values.FirstOrDefault() ?? "", StringComparer.Ordinal),
            (stored.Spec?.Capacity ?? [])
                .Where(resource => int.TryParse(resource.Value, NumberStyles.None, CultureInfo.InvariantCulture, out _))
                .ToDictionary(resource => resource.Key, resource => int.Parse(resource.Value, CultureInfo.InvariantCulture), StringComparer.Ordinal)
        );

    private NodeOverlay ToObject() =>
        new()
        {
            Metadata = new()
            {
                Name = Name,
                Annotations = new(StringComparer.Ordinal) { [Names.NodeEniLabel] = NodeEni },
            },
            Spec = new NodeOverlaySpec
            {
                Requirements =
                [
                    .. Selector
                        .OrderBy(label => label.Key, StringComparer.Ordinal)
                        .Select(label => new NodeRequirement
                        {
                            Key = label.Key,
                            Operator = In,
                            Values = [label.Value],
                        }),
                ],
                Capacity = Capacity.ToDictionary(
                    resource => resource.Key,
                    resource => resource.Value.ToString(CultureInfo.InvariantCulture),
                    StringComparer.Ordinal
                ),
            },
        };
}
