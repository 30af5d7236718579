using System.Security.Cryptography;
using System.Text;
using MultiEni.Api.EniAttachments;

namespace MultiEni.Controller.Multus;

/// <summary>Which networks there should be: one for each resource that a node offers.</summary>
public static class NetworkDefinitions
{
    private const string DefaultPrefix = "intel.com/";

    /// <summary>The networks, by name.</summary>
    public static IReadOnlyList<NetworkDefinition> Of(IEnumerable<EniAttachment> attachments)
    {
        ArgumentNullException.ThrowIfNull(attachments);
        var resources = attachments
            .Select(attachment => attachment.Status?.Device?.ResourceName)
            .OfType<string>()
            .Where(resource => resource.Contains('/'))
            .Distinct(StringComparer.Ordinal)
            .ToList();
        var names = resources.GroupBy(NameOf, StringComparer.Ordinal);
        return
        [
            .. names
                .SelectMany(group =>
                    group.Select(resource => new NetworkDefinition(group.Count() == 1 ? group.Key : Distinct(group.Key, resource), resource))
                )
                .OrderBy(network => network.Name, StringComparer.Ordinal),
        ];
    }

    // Names of objects know no underscore and no capital, so two resources may come to one name.
    private static string NameOf(string resource)
    {
        var text = resource.StartsWith(DefaultPrefix, StringComparison.Ordinal) ? resource[DefaultPrefix.Length..] : resource;
        return text.ToLowerInvariant().Replace('_', '-').Replace('/', '-').Trim('-');
    }

    private static string Distinct(string name, string resource) =>
        $"{name}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(resource)).AsSpan(0, 3))}";
}
