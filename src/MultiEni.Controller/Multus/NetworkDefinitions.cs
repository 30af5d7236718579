using System.Security.Cryptography;
using System.Text;
using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.NodeEnis;
using MultiEni.Controller.GeneratedObjects;

namespace MultiEni.Controller.Multus;

/// <summary>
/// Which networks there should be: one for each NodeENI, with which pods get an interface and an
/// address, and one for each resource that a node offers.
/// </summary>
internal static class NetworkDefinitions
{
    /// <summary>In place of a plugin: no networks of NodeENIs.</summary>
    public const string None = "none";

    private const string ResourceAnnotation = "k8s.v1.cni.cncf.io/resourceName";

    /// <summary>How the controller keeps them.</summary>
    /// <param name="namespaceName">Their namespace.</param>
    /// <param name="ipam">
    /// The CNI plugin that gives out addresses in those of NodeENIs; <see cref="None" /> for none of these.
    /// </param>
    public static GeneratedKind<NetworkDefinition, NetworkAttachmentDefinition> In(string namespaceName, string ipam) =>
        new(
            "networks",
            NetworkAttachmentDefinition.ResourceKind,
            namespaceName,
            (nodeEnis, attachments, held) => Of(ipam is None or "" ? [] : nodeEnis, [.. attachments], held, ipam),
            ToObject,
            FromObject,
            nodeEni => !nodeEni.Metadata.IsBeingDeleted,
            "install Multus with its resource definition, or clear the chart's controller.multusNetworksNamespace",
            network => network.NodeEni?.Name ?? network.OfferedBy,
            "pods get the interface that is written there; delete the NetworkAttachmentDefinition, which is made anew, "
                + "or clear the chart's controller.multusNetworksNamespace and write your own ones"
        );

    /// <summary>The networks of NodeENIs and of resources, by name.</summary>
    /// <param name="nodeEnis">All NodeENIs.</param>
    /// <param name="attachments">All attachments.</param>
    /// <param name="held">
    /// The networks that exist. A name that pods ask for stays what it was; of two new ones the
    /// resource's network has it.
    /// </param>
    /// <param name="ipam">The CNI plugin that gives out addresses in those of NodeENIs.</param>
    public static IReadOnlyList<NetworkDefinition> Of(
        IEnumerable<NodeEni> nodeEnis,
        IReadOnlyList<EniAttachment> attachments,
        IReadOnlyList<NetworkDefinition> held,
        string ipam
    )
    {
        var resources = Of(attachments, held);
        var names = resources.Select(network => network.Name).ToHashSet(StringComparer.Ordinal);
        var ofNodeEnis = new Dictionary<string, NetworkDefinition>(StringComparer.Ordinal);
        foreach (var nodeEni in nodeEnis.Where(nodeEni => !nodeEni.Metadata.IsBeingDeleted && nodeEni.Spec is not null))
        {
            var own = nodeEni.Metadata.Name;
            var name =
                held.FirstOrDefault(network => network.NodeEni?.Name == own)?.Name
                ?? (names.Contains(own) ? Distinct(own, $"{Names.NodeEniKind}/{own}") : own);
            if (OfferedResource.IsObjectName(name))
            {
                ofNodeEnis.TryAdd(name, new NetworkDefinition(name, ResourceOf(nodeEni, attachments), NodeEniNetwork.Of(nodeEni, ipam)));
            }
        }

        return
        [
            .. resources
                .Select(network => ofNodeEnis.ContainsKey(network.Name) ? network with { Name = Distinct(network.Name, network.Resource) } : network)
                .Concat(ofNodeEnis.Values)
                .OrderBy(network => network.Name, StringComparer.Ordinal),
        ];
    }

    /// <summary>
    /// The resource that stands for a NodeENI's devices; empty when they are not offered. Without a
    /// name in the specification it depends on the device index, of which the most frequent counts.
    /// </summary>
    private static string ResourceOf(NodeEni nodeEni, IReadOnlyList<EniAttachment> attachments)
    {
        var spec = nodeEni.Spec!;
        if (DeviceSpec.From(spec).Use == DeviceUses.Plain)
        {
            return "";
        }

        return !string.IsNullOrEmpty(spec.DpdkResourceName)
            ? OfferedResource.Named(spec.DpdkResourceName)
            : attachments
                .Where(attachment => attachment.Spec?.NodeEniRef.Name == nodeEni.Metadata.Name)
                .Select(OfferedResource.Of)
                .OfType<OfferedResource>()
                .Where(resource => resource.IsDesired)
                .GroupBy(resource => resource.Name, StringComparer.Ordinal)
                .OrderByDescending(group => group.Count())
                .ThenBy(group => group.Key, StringComparer.Ordinal)
                .FirstOrDefault()
                ?.Key
                ?? $"{Names.DefaultResourceName}{Math.Max(spec.DeviceIndex, 1)}";
    }

    /// <summary>The networks of resources, by name.</summary>
    /// <param name="attachments">
    /// All attachments. What an agent reports counts only where the specification names no
    /// resource.
    /// </param>
    /// <param name="held">
    /// The networks that exist: of several resources that come to one name, the one that has it
    /// keeps it. What was asked for goes before what only an agent reports.
    /// </param>
    public static IReadOnlyList<NetworkDefinition> Of(IEnumerable<EniAttachment> attachments, IReadOnlyList<NetworkDefinition> held)
    {
        var networks =
            from attachment in attachments
            let known = OfferedResource.Of(attachment)
            where known is not null
            let offered = known.Value
            group (offered, By: attachment.Spec?.NodeEniRef.Name ?? "") by offered.Name into resource
            let name = resource.First().offered.ObjectName
            where OfferedResource.IsObjectName(name)
            group (
                Resource: resource.Key,
                IsDesired: resource.Any(device => device.offered.IsDesired),
                By: resource.Select(device => device.By).Min(StringComparer.Ordinal)!
            ) by name into rivals
            from network in Named(rivals.Key, rivals, held)
            where OfferedResource.IsObjectName(network.Name)
            select network;
        return [.. networks.DistinctBy(network => network.Name, StringComparer.Ordinal).OrderBy(network => network.Name, StringComparer.Ordinal)];
    }

    private static NetworkAttachmentDefinition ToObject(NetworkDefinition network) =>
        new()
        {
            Metadata = new() { Name = network.Name, Annotations = Annotations(network) },
            Spec = new NetworkAttachmentDefinitionSpec { Config = network.Config },
        };

    private static NetworkDefinition FromObject(NetworkAttachmentDefinition stored) =>
        new(
            stored.Metadata.Name,
            stored.Metadata.Annotations?.GetValueOrDefault(ResourceAnnotation) ?? "",
            stored.Metadata.Annotations?.GetValueOrDefault(Names.NodeEniLabel) is { } nodeEni ? NodeEniNetwork.Held(nodeEni) : null
        )
        {
            Config = stored.Spec?.Config ?? "",
        };

    private static Dictionary<string, string> Annotations(NetworkDefinition network)
    {
        var annotations = new Dictionary<string, string>(StringComparer.Ordinal);
        if (network.Resource.Length > 0)
        {
            annotations[ResourceAnnotation] = network.Resource;
        }

        if (network.NodeEni is { } nodeEni)
        {
            annotations[Names.NodeEniLabel] = nodeEni.Name;
        }

        return annotations;
    }

    private static IEnumerable<NetworkDefinition> Named(
        string name,
        IEnumerable<(string Resource, bool IsDesired, string By)> rivals,
        IReadOnlyList<NetworkDefinition> held
    ) =>
        rivals
            .OrderByDescending(rival => rival.IsDesired)
            .ThenByDescending(rival => held.Any(network => network.NodeEni is null && network.Name == name && network.Resource == rival.Resource))
            .ThenBy(rival => rival.Resource, StringComparer.Ordinal)
            .Select(
                (rival, place) => new NetworkDefinition(place == 0 ? name : Distinct(name, rival.Resource), rival.Resource) { OfferedBy = rival.By }
            );

    private static string Distinct(string name, string resource) =>
        $"{name}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(resource)).AsSpan(0, 3))}";
}

/// <summary>A network by which pods ask Multus for a device of a resource.</summary>
/// <param name="Name">Name of its object.</param>
/// <param name="Resource">
/// The resource, <c>prefix/name</c>; empty where pods share the link of the host.
/// </param>
/// <param name="NodeEni">The NodeENI whose network it is; null for that of a resource.</param>
internal sealed record NetworkDefinition(string Name, string Resource, NodeEniNetwork? NodeEni = null)
{
    /// <summary>
    /// What Multus hands to the CNI plugin; of one that exists, as it is. host-device leaves a
    /// device that DPDK holds where it is, and moves the interface of another one into the pod
    /// (docs/reference/sriov-device-plugin.md#host-device-and-multus).
    /// </summary>
    public string Config
    {
        get =>
            field
            ?? NodeEni?.ConfigOf(Name)
            ?? $$"""{"cniVersion":"1.0.0","type":"host-device","name":"{{Name}}","capabilities":{"deviceID":true} }""";
        init;
    }

    /// <summary>
    /// A NodeENI whose devices are offered as the resource, which is told what is wrong; no part of
    /// what the network is.
    /// </summary>
    public string OfferedBy { get; init; } = "";

    /// <inheritdoc />
    public bool Equals(NetworkDefinition? other) =>
        other is not null && (Name, Resource, NodeEni?.Name, Config) == (other.Name, other.Resource, other.NodeEni?.Name, other.Config);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Name, Resource, NodeEni?.Name);
}
