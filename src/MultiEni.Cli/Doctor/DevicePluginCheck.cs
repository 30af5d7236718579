using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Cli.Cluster;
using MultiEni.Cli.Explain;

namespace MultiEni.Cli.Doctor;

/// <summary>
/// If devices are advertised through the SR-IOV device plugin's file, the plugin runs on the nodes
/// and reads the file.
/// </summary>
internal static class DevicePluginCheck
{
    public const string Name = "device plugin";
    private const string DefaultFile = "/etc/pcidp/config.json";
    private static readonly System.Version TakesHyphens = new(3, 6);

    public static IEnumerable<Finding> Run(ClusterSnapshot snapshot)
    {
        var offering = (snapshot.Attachments.Value ?? []).Where(attachment => attachment.Spec!.Device.Use != DeviceUses.Plain).ToList();
        if (
            offering.Count == 0
            || snapshot.ManagerSetting("DEVICE_PUBLISHER") is "embedded" or "dra" or "none"
            || snapshot.PluginPods.Value is not { } pods
        )
        {
            yield break;
        }

        var covered = pods.Select(pod => pod.Spec.NodeName).ToHashSet(StringComparer.Ordinal);
        var uncovered = offering
            .Select(attachment => attachment.Spec!.NodeName)
            .Distinct(StringComparer.Ordinal)
            .Where(node => !covered.Contains(node))
            .ToList();
        if (uncovered.Count > 0)
        {
            yield return new Finding(
                Name,
                Severity.Error,
                NameList.Shorten("node", uncovered),
                "The SR-IOV device plugin does not run there, but ENIs must be advertised to pods.",
                ReasonGuide.Current.Find(Reasons.DevicePluginNotFound)!.Remedies,
                Reasons.DevicePluginNotFound
            );
        }

        var file = snapshot.ManagerSetting("SRIOV_DP_CONFIG_PATH") ?? DefaultFile;
        foreach (var plugin in (snapshot.DaemonSets.Value ?? []).Where(item => IsPlugin(item, snapshot.PluginLabels) && !Mounts(item, file)))
        {
            yield return new Finding(
                Name,
                Severity.Error,
                $"daemonset {plugin.Metadata.Namespace}/{plugin.Metadata.Name}",
                $"It does not mount the host directory {Folder(file)}, in which the ENI manager writes {file}, so it reads a different configuration.",
                [
                    $"Mount hostPath {Folder(file)} at the directory of --config-file, instead of a ConfigMap.",
                    "Or let the ENI manager advertise the devices itself: `eniManager.devicePublisher=embedded`.",
                ],
                Reasons.AllocatableMismatch
            );
        }

        var hyphenated = offering.Select(Resource).Where(HasHyphen).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        var releases = (snapshot.DaemonSets.Value ?? []).Where(item => IsPlugin(item, snapshot.PluginLabels)).Select(Release).ToList();
        if (hyphenated.Count > 0 && !(releases.Count > 0 && releases.TrueForAll(release => release >= TakesHyphens)))
        {
            yield return new Finding(
                Name,
                releases.Exists(release => release is not null && release < TakesHyphens) ? Severity.Error : Severity.Warning,
                NameList.Shorten("resource", hyphenated),
                "The name has a hyphen. SR-IOV device plugin releases before 3.6 exit on it and drop all of their resources on the node.",
                ReasonGuide.Current.Find(Reasons.ResourceNameHyphen)!.Remedies,
                Reasons.ResourceNameHyphen
            );
        }
    }

    private static string Resource(EniAttachment attachment) => attachment.Status?.Device?.ResourceName ?? attachment.Spec!.Device.ResourceName ?? "";

    // The prefix is a DNS name and may contain hyphens.
    private static bool HasHyphen(string resource) =>
        resource[(resource.IndexOf('/', StringComparison.Ordinal) + 1)..].Contains('-', StringComparison.Ordinal);

    // Parsed from an image tag such as v3.9.0; null if no tag has a version.
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

/// <summary>
/// Pods use ENIs that are not advertised as a resource through Multus, which must be installed
/// separately.
/// </summary>
internal static class MultusCheck
{
    public const string Name = "Multus";

    public static IEnumerable<Finding> Run(ClusterSnapshot snapshot)
    {
        var plain = (snapshot.Attachments.Value ?? []).Where(attachment => attachment.Spec!.Device.Use == DeviceUses.Plain).ToList();
        var installed = (snapshot.DaemonSets.Value ?? []).Any(item => item.Metadata.Name.Contains("multus", StringComparison.OrdinalIgnoreCase));
        if (plain.Count > 0 && snapshot.DaemonSets.Value is not null && !installed)
        {
            yield return new Finding(
                Name,
                Severity.Info,
                NameList.Shorten("NodeENI", [.. plain.Select(attachment => attachment.Spec!.NodeEniRef.Name).Distinct(StringComparer.Ordinal)]),
                "These ENIs are not advertised as a resource, and no Multus DaemonSet was found.",
                ["Install Multus if pods need them through a NetworkAttachmentDefinition. Pods on the host network do not need it."]
            );
        }
    }
}
