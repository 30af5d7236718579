using MultiEni.Api.EniAttachments;

namespace MultiEni.Cli.Doctor;

/// <summary>Pods reach ENIs that are not offered as a resource through Multus, which somebody has to install.</summary>
internal static class MultusCheck
{
    public const string Name = "Multus";

    public static IEnumerable<Finding> Run(ClusterSnapshot picture)
    {
        var plain = (picture.Attachments.Value ?? []).Where(attachment => attachment.Spec!.Device.Use == DeviceUses.Plain).ToList();
        var installed = (picture.DaemonSets.Value ?? []).Any(item => item.Metadata.Name.Contains("multus", StringComparison.OrdinalIgnoreCase));
        if (plain.Count > 0 && picture.DaemonSets.Value is not null && !installed)
        {
            yield return new Finding(
                Name,
                Severity.Info,
                Text.Several("NodeENI", [.. plain.Select(attachment => attachment.Spec!.NodeEniRef.Name).Distinct(StringComparer.Ordinal)]),
                "There is no DaemonSet of Multus, and these ENIs are not offered as a resource.",
                ["Install Multus if pods shall use them by a NetworkAttachmentDefinition; pods on the host's network need nothing."]
            );
        }
    }
}
