using System.Security.Cryptography;
using System.Text;
using MultiEni.Api.EniAttachments;
using MultiEni.Controller.GeneratedObjects;

namespace MultiEni.Controller.Multus;

/// <summary>Which networks there should be: one for each resource that a node offers.</summary>
internal static class NetworkDefinitions
{
    private const string ResourceAnnotation = "k8s.v1.cni.cncf.io/resourceName";

    /// <summary>How the controller keeps them.</summary>
    /// <param name="namespaceName">Their namespace.</param>
    public static GeneratedKind<NetworkDefinition, NetworkAttachmentDefinition> In(string namespaceName) =>
        new("networks", NetworkAttachmentDefinition.ResourceKind, namespaceName, Of, ToObject, FromObject);

    /// <summary>The networks, by name.</summary>
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
            from offered in attachments.Select(OfferedResource.Of).OfType<OfferedResource>()
            group offered by offered.Name into resource
            let name = resource.First().ObjectName
            where OfferedResource.IsObjectName(name)
            group (Resource: resource.Key, IsDesired: resource.Any(offered => offered.IsDesired)) by name into rivals
            from network in Named(rivals.Key, rivals, held)
            where OfferedResource.IsObjectName(network.Name)
            select network;
        return [.. networks.DistinctBy(network => network.Name, StringComparer.Ordinal).OrderBy(network => network.Name, StringComparer.Ordinal)];
    }

    private static NetworkAttachmentDefinition ToObject(NetworkDefinition network) =>
        new()
        {
            Metadata = new()
            {
                Name = network.Name,
                Annotations = new(StringComparer.Ordinal) { [ResourceAnnotation] = network.Resource },
            },
            Spec = new NetworkAttachmentDefinitionSpec { Config = network.Config },
        };

    private static NetworkDefinition FromObject(NetworkAttachmentDefinition stored) =>
        new(stored.Metadata.Name, stored.Metadata.Annotations?.GetValueOrDefault(ResourceAnnotation) ?? "");

    private static IEnumerable<NetworkDefinition> Named(
        string name,
        IEnumerable<(string Resource, bool IsDesired)> rivals,
        IReadOnlyList<NetworkDefinition> held
    ) =>
        rivals
            .OrderByDescending(rival => rival.IsDesired)
            .ThenByDescending(rival => held.Contains(new NetworkDefinition(name, rival.Resource)))
            .ThenBy(rival => rival.Resource, StringComparer.Ordinal)
            .Select((rival, place) => new NetworkDefinition(place == 0 ? name : Distinct(name, rival.Resource), rival.Resource));

    private static string Distinct(string name, string resource) =>
        $"{name}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(resource)).AsSpan(0, 3))}";
}

/// <summary>A network by which pods ask Multus for a device of a resource.</summary>
/// <param name="Name">Name of its object.</param>
/// <param name="Resource">The resource, <c>prefix/name</c>.</param>
internal sealed record NetworkDefinition(string Name, string Resource)
{
    /// <summary>
    /// What Multus hands to the CNI plugin. host-device leaves a device that DPDK holds where it
    /// is, and moves the interface of another one into the pod
    /// (docs/reference/sriov-device-plugin.md#host-device-and-multus).
    /// </summary>
    public string Config => $$"""{"cniVersion":"1.0.0","type":"host-device","name":"{{Name}}","capabilities":{"deviceID":true} }""";
}
