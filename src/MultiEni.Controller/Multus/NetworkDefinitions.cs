using System.Security.Cryptography;
using System.Text;
using MultiEni.Api;
using MultiEni.Api.EniAttachments;

namespace MultiEni.Controller.Multus;

/// <summary>Which networks there should be: one for each resource that a node offers.</summary>
internal static class NetworkDefinitions
{
    private const string DefaultPrefix = "intel.com/";
    private const int LongestName = 253;

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
            from offered in attachments.Select(Offered).OfType<(string Resource, bool IsAskedFor)>()
            group offered.IsAskedFor by offered.Resource into resource
            let name = NameOf(resource.Key)
            where IsName(name)
            group (Resource: resource.Key, IsAskedFor: resource.Any(asked => asked)) by name into rivals
            from network in Named(rivals.Key, rivals, held)
            where IsName(network.Name)
            select network;
        return [.. networks.DistinctBy(network => network.Name, StringComparer.Ordinal).OrderBy(network => network.Name, StringComparer.Ordinal)];
    }

    // Nothing is offered before the agent says so, but what it is called is asked for by the
    // specification.
    private static (string Resource, bool IsAskedFor)? Offered(EniAttachment attachment)
    {
        if (attachment.Status?.Device?.ResourceName is not { } reported)
        {
            return null;
        }

        if (attachment.Spec?.Device.ResourceName is { Length: > 0 } named)
        {
            return (named.Contains('/') ? named : DefaultPrefix + named, true);
        }

        // An administrator may give interfaces other names than the default, which only the agents
        // know.
        var generated = $"{Names.DefaultResourceName}{attachment.Status.Network?.DeviceIndex ?? attachment.Spec?.DeviceIndex ?? 1}";
        return reported.Count(character => character == '/') == 1 ? (reported, reported == generated) : null;
    }

    private static IEnumerable<NetworkDefinition> Named(
        string name,
        IEnumerable<(string Resource, bool IsAskedFor)> rivals,
        IReadOnlyList<NetworkDefinition> held
    ) =>
        rivals
            .OrderByDescending(rival => rival.IsAskedFor)
            .ThenByDescending(rival => held.Contains(new NetworkDefinition(name, rival.Resource)))
            .ThenBy(rival => rival.Resource, StringComparer.Ordinal)
            .Select((rival, place) => new NetworkDefinition(place == 0 ? name : Distinct(name, rival.Resource), rival.Resource));

    // Names of objects know no underscore and no capital, so two resources may come to one name.
    private static string NameOf(string resource)
    {
        var text = resource.StartsWith(DefaultPrefix, StringComparison.Ordinal) ? resource[DefaultPrefix.Length..] : resource;
        return text.ToLowerInvariant().Replace('_', '-').Replace('/', '-').Trim('-');
    }

    private static bool IsName(string name) =>
        name.Length <= LongestName
        && name.Split('.')
            .All(label =>
                label.Length > 0
                && label[0] != '-'
                && label[^1] != '-'
                && label.All(character => char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character == '-')
            );

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
