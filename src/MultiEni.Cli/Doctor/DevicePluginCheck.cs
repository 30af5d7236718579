using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Cli.Cluster;
using MultiEni.Cli.Explain;

namespace MultiEni.Cli.Doctor;

/// <summary>Where devices are offered through the SR-IOV device plugin's file, that plugin is there and reads the file.</summary>
internal static class DevicePluginCheck
{
    public const string Name = "device plugin";
    private const string DefaultFile = "/etc/pcidp/config.json";
    private static readonly System.Version TakesHyphens = new(3, 6);

    public static IEnumerable<Finding> Run(ClusterSnapshot picture)
    {
        var offering = (picture.Attachments.Value ?? []).Where(attachment => attachment.Spec!.Device.Use != DeviceUses.Plain).ToList();
        if (offering.Count == 0 || picture.ManagerSetting("DEVICE_PUBLISHER") is "embedded" or "none" || picture.PluginPods.Value is not { } pods)
        {
            yield break;
        }

        var covered = pods.Select(pod => pod.Spec.NodeName).ToHashSet(StringComparer.Ordinal);
        var alone = offering
            .Select(attachment => attachment.Spec!.NodeName)
            .Distinct(StringComparer.Ordinal)
            .Where(node => !covered.Contains(node))
            .ToList();
        if (alone.Count > 0)
        {
            yield return new Finding(
                Name,
                Severity.Error,
                Text.Several("node", alone),
                "No pod of the SR-IOV device plugin runs there, and ENIs are to be offered to pods.",
                ReasonGuide.Current.Find(Reasons.DevicePluginNotFound)!.Remedies,
                Reasons.DevicePluginNotFound
            );
        }

        var file = picture.ManagerSetting("SRIOV_DP_CONFIG_PATH") ?? DefaultFile;
        foreach (var plugin in (picture.DaemonSets.Value ?? []).Where(item => IsPlugin(item, picture.PluginLabels) && !Mounts(item, file)))
        {
            yield return new Finding(
                Name,
                Severity.Error,
                $"daemonset {plugin.Metadata.Namespace}/{plugin.Metadata.Name}",
                $"It does not mount the host's folder {Folder(file)}, in which the ENI manager writes {file}: it reads another configuration.",
                [
                    $"Mount it with hostPath {Folder(file)} at the place of --config-file, in place of a ConfigMap.",
                    "Or let the ENI manager offer the devices itself: `eniManager.devicePublisher=embedded`.",
                ],
                Reasons.AllocatableMismatch
            );
        }

        var hyphenated = offering.Select(Resource).Where(HasHyphen).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        var releases = (picture.DaemonSets.Value ?? []).Where(item => IsPlugin(item, picture.PluginLabels)).Select(Release).ToList();
        if (hyphenated.Count > 0 && !(releases.Count > 0 && releases.TrueForAll(release => release >= TakesHyphens)))
        {
            yield return new Finding(
                Name,
                releases.Exists(release => release is not null && release < TakesHyphens) ? Severity.Error : Severity.Warning,
                Text.Several("resource", hyphenated),
                "The name has a hyphen. Releases of the SR-IOV device plugin before 3.6 end on it, with all of their resources on the node.",
                ReasonGuide.Current.Find(Reasons.ResourceNameHyphen)!.Remedies,
                Reasons.ResourceNameHyphen
            );
        }
    }

    private static string Resource(EniAttachment attachment) => attachment.Status?.Device?.ResourceName ?? attachment.Spec!.Device.ResourceName ?? "";

    // The prefix is a DNS name and may have one.
    private static bool HasHyphen(string resource) =>
        resource[(resource.IndexOf('/', StringComparison.Ordinal) + 1)..].Contains('-', StringComparison.Ordinal);

    // Of an image tag such as v3.9.0; null when it tells none.
    private static System.Version? Release(Workload plugin) =>
        (plugin.Spec.Template.Spec.Containers ?? [])
            .Select(container => System.Version.TryParse(container.Tag()?.TrimStart('v').Split('-')[0], out var release) ? release : null)
            .FirstOrDefault(release => release is not null);

    private static bool IsPlugin(Workload workload, IReadOnlyList<string> labels) =>
        labels.Any(label => label.Split('=', 2) is [var key, var value] && workload.Spec.Template.Metadata.Label(key) == value);

    private static bool Mounts(Workload workload, string file) =>
        (workload.Spec.Template.Spec.Volumes ?? [])
            .Select(volume => volume.HostPath?.Path.TrimEnd('/'))
            .Any(path => path is not null && (file == path || file.StartsWith(path + '/', StringComparison.Ordinal)));

    private static string Folder(string file) => Path.GetDirectoryName(file) ?? "/";
}

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
