using System.Globalization;
using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.NodeEnis;

namespace MultiEni.Cli.Doctor;

/// <summary>
/// What claims need of a cluster: the API, kubelets and container runtimes that are new enough, and
/// one publisher on each node.
/// </summary>
internal static class ClaimSupportCheck
{
    public const string Name = "support of claims";

    private static readonly System.Version FirstKubelet = new(1, 32);
    private static readonly System.Version KubeletByDefault = new(1, 34);
    private static readonly System.Version FirstContainerd = new(1, 7);
    private static readonly System.Version ContainerdByDefault = new(2, 0);

    public static IEnumerable<Finding> Run(ClusterSnapshot snapshot) =>
        !snapshot.UsesClaims ? []
        : snapshot.Claims.Slices.IsMissing ? [Unserved(snapshot)]
        : Kubelets(snapshot).Concat(Runtimes(snapshot)).Concat(TwoPublishers(snapshot));

    private static Finding Unserved(ClusterSnapshot snapshot)
    {
        var bound = (snapshot.NodeEnis.Value ?? [])
            .Where(nodeEni => nodeEni.Spec is { DpdkBinding: DpdkBindings.WhenClaimed })
            .Select(nodeEni => nodeEni.Metadata.Name)
            .Order(StringComparer.Ordinal)
            .ToList();
        return new Finding(
            Name,
            Severity.Error,
            bound.Count > 0 ? NameList.Shorten("nodeeni", bound) : $"daemonset {snapshot.InstallNamespace}/{Names.Manager}",
            "The API server does not serve resource.k8s.io/v1, so no pod can claim an ENI"
                + (bound.Count > 0 ? ", and dpdkBinding: WhenClaimed leaves the devices to the kernel." : ". DEVICE_PUBLISHER is dra."),
            [
                "Upgrade the cluster to Kubernetes 1.34 or later; `kubectl api-versions` lists resource.k8s.io/v1 then.",
                "Or advertise the devices through a device plugin: `eniManager.devicePublisher=embedded`, and `dpdkBinding: Always` in the NodeENIs.",
            ]
        );
    }

    private static IEnumerable<Finding> Kubelets(ClusterSnapshot snapshot)
    {
        foreach (
            var group in from node in ClaimNodes(snapshot)
            let version = VersionOf(Versions(snapshot, node)?.KubeletVersion.TrimStart('v'))
            where version is not null && version < KubeletByDefault
            group node by version
        )
        {
            yield return new Finding(
                Name,
                group.Key < FirstKubelet ? Severity.Error : Severity.Warning,
                NameList.Shorten("node", [.. group]),
                group.Key < FirstKubelet
                    ? $"The kubelet has version {group.Key}. It prepares no claims for a driver of resource.k8s.io/v1, so pods with claims do not start there."
                    : $"The kubelet has version {group.Key}. It only prepares claims with the feature gate DynamicResourceAllocation.",
                [
                    "Upgrade the nodes to Kubernetes 1.34 or later.",
                    "Or keep pods with claims off these nodes, and ENI managers with DEVICE_PUBLISHER=dra too: `eniManager.nodeSelector`.",
                ]
            );
        }
    }

    // Without CDI the runtime ignores what it is to give to the container: the pod runs and has no
    // device.
    private static IEnumerable<Finding> Runtimes(ClusterSnapshot snapshot)
    {
        foreach (
            var group in from node in ClaimNodes(snapshot)
            let version = ContainerdVersion(Versions(snapshot, node)?.ContainerRuntimeVersion)
            where version is not null && version < ContainerdByDefault
            group node by version
        )
        {
            yield return group.Key < FirstContainerd
                ? new Finding(
                    Name,
                    Severity.Error,
                    NameList.Shorten("node", [.. group]),
                    $"containerd has version {group.Key} and no CDI: containers do not get the devices of their claims.",
                    ["Upgrade the nodes to containerd 2.0 or later, or to 1.7 with `enable_cdi`."]
                )
                : new Finding(
                    Name,
                    Severity.Warning,
                    NameList.Shorten("node", [.. group]),
                    $"containerd has version {group.Key}, in which CDI is disabled by default: unless it was enabled, containers do not get the devices of their claims. "
                        + "The API server does not show whether it is.",
                    [
                        "Upgrade the nodes to containerd 2.0 or later.",
                        "Or set `enable_cdi = true` and `cdi_spec_dirs = [\"/etc/cdi\", \"/var/run/cdi\"]` below `[plugins.\"io.containerd.grpc.v1.cri\"]` in "
                            + "/etc/containerd/config.toml, and restart containerd.",
                    ]
                );
        }
    }

    private static IEnumerable<Finding> TwoPublishers(ClusterSnapshot snapshot)
    {
        var allocatable = (snapshot.Nodes.Value ?? []).ToDictionary(
            node => node.Metadata.Name,
            node => node.Status.Allocatable,
            StringComparer.Ordinal
        );
        foreach (var slice in (snapshot.Claims.Slices.Value ?? []).Where(slice => slice.Spec.Devices is { Count: > 0 }))
        {
            var node = slice.Spec.NodeName ?? "";
            var counted = (snapshot.Attachments.Value ?? [])
                .Where(attachment => attachment.Spec!.NodeName == node)
                .Select(Resource)
                .OfType<string>()
                .Distinct(StringComparer.Ordinal)
                .Where(resource => IsCounted(allocatable.GetValueOrDefault(node), resource))
                .Order(StringComparer.Ordinal)
                .ToList();
            if (counted.Count > 0)
            {
                yield return new Finding(
                    Name,
                    Severity.Error,
                    $"node {node}",
                    $"Two publishers offer its devices: its ResourceSlice {slice.Metadata.Name} offers them to claims, and a device plugin offers "
                        + $"{string.Join(", ", counted.Select(resource => $"{resource}: {allocatable[node]![resource]}"))}. Two pods may be given one device.",
                    [
                        $"Drain the node, and remove {string.Join(" and ", counted)} from the configuration of the device plugin that offers it, or stop that plugin on the node.",
                        "If DEVICE_PUBLISHER was just changed, wait a minute: the ENI manager withdraws the former offers.",
                    ]
                );
            }
        }
    }

    private static string? Resource(EniAttachment attachment) => attachment.Status?.Device?.ResourceName ?? attachment.Spec!.Device.ResourceName;

    private static bool IsCounted(Dictionary<string, string>? allocatable, string resource) =>
        long.TryParse(allocatable?.GetValueOrDefault(resource), NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0;

    // Where an ENI manager serves claims, or a slice shows that one did.
    private static IEnumerable<string> ClaimNodes(ClusterSnapshot snapshot) =>
        (snapshot.PublishesToClaims ? snapshot.PodsOf(Names.Manager).Select(pod => pod.Spec.NodeName) : [])
            .Concat((snapshot.Claims.Slices.Value ?? []).Select(slice => slice.Spec.NodeName))
            .OfType<string>()
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal);

    private static Cluster.NodeVersions? Versions(ClusterSnapshot snapshot, string node) => snapshot.Versions.GetValueOrDefault(node);

    private static System.Version? ContainerdVersion(string? runtime) =>
        runtime?.Split("://") is ["containerd", var version] ? VersionOf(version.TrimStart('v')) : null;

    // Major and minor; null if there are none.
    private static System.Version? VersionOf(string? text) =>
        (text ?? "").Split('.', '-', '+') is [var major, var minor, ..]
        && int.TryParse(major, NumberStyles.None, CultureInfo.InvariantCulture, out var first)
        && int.TryParse(minor, NumberStyles.None, CultureInfo.InvariantCulture, out var second)
            ? new System.Version(first, second)
            : null;
}
