using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.NodeEnis;
using MultiEni.Controller.Multus;

namespace MultiEni.Cli.Doctor;

/// <summary>
/// Two programs that give out the addresses of one ENI and do not know of each other: two pods get
/// the same address, or one that the ENI does not have.
/// </summary>
internal static class NetworkIpamCheck
{
    public const string Name = "IPAM of networks";

    private const string Ours = "eni-ipam";

    public static IEnumerable<Finding> Run(ClusterSnapshot snapshot)
    {
        var attachments = snapshot.Attachments.Value ?? [];
        var nodeEnis = NodeEniLinks(attachments);
        var users = (snapshot.Networks.Value ?? [])
            .SelectMany(definition => Users(definition, attachments, nodeEnis))
            .Distinct()
            .ToLookup(use => use.NodeEni, StringComparer.Ordinal);
        return (snapshot.NodeEnis.Value ?? [])
            .OrderBy(nodeEni => nodeEni.Metadata.Name, StringComparer.Ordinal)
            .Select(nodeEni => Inspect(nodeEni, [.. users[nodeEni.Metadata.Name].OrderBy(use => use.Definition, StringComparer.Ordinal)]))
            .OfType<Finding>();
    }

    private static Finding? Inspect(NodeEni nodeEni, IReadOnlyList<IpamUse> uses)
    {
        var name = nodeEni.Metadata.Name;
        var others = uses.Where(use => use.Ipam != Ours).ToList();
        if (nodeEni.Spec?.PodAddresses is not null && others.Count > 0)
        {
            return new Finding(
                Name,
                Severity.Warning,
                $"nodeeni {name}",
                $"It has spec.podAddresses, whose addresses {Ours} gives to pods, and {Described(others)} its addresses too: neither knows what the other gave out.",
                [
                    $"Use `\"ipam\": {{ \"type\": \"{Ours}\" }}` in the definition.",
                    $"Or remove spec.podAddresses and all definitions with {Ours}, and let {others[0].Ipam} alone give out what the ENIs have; "
                        + "docs/addresses.md#whereabouts-and-other-ipam-plugins says how.",
                ]
            );
        }

        return uses.Select(use => use.Ipam).Distinct(StringComparer.Ordinal).Count() < 2
            ? null
            : new Finding(
                Name,
                Severity.Warning,
                $"nodeeni {name}",
                $"Its addresses are given to pods by several IPAM plugins, none of which knows what the others gave out: {Listed(uses)}.",
                ["Use the same plugin in all definitions of its link or resource.", "Or give each plugin a NodeENI of its own."]
            );
    }

    private static string Described(List<IpamUse> uses) => uses.Count == 1 ? $"{Listed(uses)} gives out" : $"{Listed(uses)} give out";

    private static string Listed(IEnumerable<IpamUse> uses) => string.Join(", ", uses.Select(use => $"{use.Ipam} in {use.Definition}"));

    /// <summary>
    /// The NodeENIs of a name of a link: alternative names, the ENI's ID, and the link's own name
    /// on any node, which may be another one's elsewhere.
    /// </summary>
    private static ILookup<string, string> NodeEniLinks(IReadOnlyList<EniAttachment> attachments) =>
        attachments
            .GroupBy(attachment => attachment.Spec!.NodeName, StringComparer.Ordinal)
            .SelectMany(node =>
            {
                var aliases = LinkAliases.Of(node);
                return node.SelectMany(attachment =>
                    new[]
                    {
                        aliases.GetValueOrDefault(attachment.Metadata.Name),
                        attachment.Status?.Network?.EniId,
                        attachment.Status?.Device?.InterfaceName,
                    }
                        .OfType<string>()
                        .Select(link => (Link: link, NodeEni: attachment.Spec!.NodeEniRef.Name))
                );
            })
            .Distinct()
            .ToLookup(item => item.Link, item => item.NodeEni, StringComparer.Ordinal);

    private static IEnumerable<IpamUse> Users(
        NetworkAttachmentDefinition definition,
        IReadOnlyList<EniAttachment> attachments,
        ILookup<string, string> nodeEnis
    )
    {
        var name = $"{definition.Metadata.Namespace}/{definition.Metadata.Name}";
        var resource = definition.Metadata.Annotations?.GetValueOrDefault("k8s.v1.cni.cncf.io/resourceName");
        return NetworkConfig
            .Parse(definition.Spec?.Config)
            .SelectMany(plugin => Of(plugin).Select(nodeEni => new IpamUse(nodeEni, plugin.Ipam, name)));

        IEnumerable<string> Of(NetworkConfig plugin) =>
            plugin.Link is { } link ? nodeEnis[link]
            : resource is not null
                ? attachments
                    .Where(attachment => attachment.Status?.Device?.ResourceName == resource)
                    .Select(attachment => attachment.Spec!.NodeEniRef.Name)
            : plugin.NodeEni is { } nodeEni ? [nodeEni]
            : [];
    }

    private sealed record IpamUse(string NodeEni, string Ipam, string Definition);
}
