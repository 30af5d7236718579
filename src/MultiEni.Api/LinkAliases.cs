using System.Globalization;
using MultiEni.Api.EniAttachments;

namespace MultiEni.Api;

/// <summary>
/// The alternative names of the links of a node's ENIs, by which definitions find an ENI whatever
/// its link is called on a node. The ENI manager sets them, the controller writes the first one into
/// network definitions, and the address book resolves them. The other name is the ENI's ID.
/// </summary>
public static class LinkAliases
{
    /// <summary>What the names begin with.</summary>
    public const string Prefix = "nodeeni-";

    /// <summary>Longest alternative name of a link (ALTIFNAMSIZ without its end), in bytes.</summary>
    public const int MaximumLength = 127;

    /// <summary>The name of the link of a NodeENI's first ENI on a node.</summary>
    /// <param name="nodeEni">The NodeENI.</param>
    public static string First(string nodeEni) => Name(nodeEni, number: 1);

    /// <summary>
    /// The name of each ENI's link. The ENIs of one NodeENI are numbered by device index. The first
    /// name of a NodeENI is never another one's: the second ENI of <c>a</c> gives way to the first
    /// one of <c>a-2</c>.
    /// </summary>
    /// <param name="attachments">All attachments of one node.</param>
    /// <returns>By the name of the attachment.</returns>
    public static IReadOnlyDictionary<string, string> Of(IEnumerable<EniAttachment> attachments)
    {
        ArgumentNullException.ThrowIfNull(attachments);
        var nodeEnis = attachments
            .GroupBy(NodeEniOf, StringComparer.Ordinal)
            .Where(group => group.Key.Length > 0)
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .ToList();
        var taken = nodeEnis.Select(group => First(group.Key)).ToHashSet(StringComparer.Ordinal);
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var group in nodeEnis)
        {
            var number = 1;
            foreach (var attachment in group.OrderBy(DeviceIndex).ThenBy(attachment => attachment.Metadata.Name, StringComparer.Ordinal))
            {
                var name = Name(group.Key, number++);
                while (number > 2 && !taken.Add(name))
                {
                    name = Name(group.Key, number++);
                }

                names[attachment.Metadata.Name] = name;
            }
        }

        return names;
    }

    private static string NodeEniOf(EniAttachment attachment) => attachment.Spec?.NodeEniRef.Name ?? "";

    // By card first: each has device indexes of its own.
    private static (int Card, int Index) DeviceIndex(EniAttachment attachment)
    {
        var (spec, network) = (attachment.Spec, attachment.Status?.Network);
        return (network?.NetworkCardIndex ?? spec?.NetworkCardIndex ?? 0, network?.DeviceIndex ?? spec?.DeviceIndex ?? 0);
    }

    private static string Name(string nodeEni, int number)
    {
        var end = number == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $"-{number}");
        var name = Prefix + nodeEni + end;
        return name.Length <= MaximumLength ? name : Prefix + Names.LabelValue(nodeEni) + end;
    }
}
