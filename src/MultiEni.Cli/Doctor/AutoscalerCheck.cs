using System.Globalization;
using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.NodeEnis;
using MultiEni.Cli.Cluster;

namespace MultiEni.Cli.Doctor;

/// <summary>
/// Karpenter decides on nodes before they exist, so what it is not told goes wrong on each new one
/// (docs/autoscalers.md).
/// </summary>
internal static class AutoscalerCheck
{
    public const string Name = "autoscaler";

    private const string TaintEffect = "NoSchedule";
    private const string ReservedEnis = "RESERVED_ENIS";

    public static IEnumerable<Finding> Run(ClusterSnapshot snapshot) => [.. StartupTaints(snapshot), .. Reserved(snapshot), .. HugePages(snapshot)];

    private static IEnumerable<Finding> StartupTaints(ClusterSnapshot snapshot)
    {
        if (snapshot.Controller?.Container(Names.Controller) is not { } controller)
        {
            yield break;
        }

        var removes = string.Equals(controller.Value("MANAGE_STARTUP_TAINT"), "true", StringComparison.OrdinalIgnoreCase);
        foreach (var pool in (snapshot.NodePools.Value ?? []).OrderBy(pool => pool.Metadata.Name, StringComparer.Ordinal))
        {
            var nodeEni = (snapshot.NodeEnis.Value ?? []).FirstOrDefault(nodeEni => Selects(nodeEni, pool));
            var hasTaint = (pool.Spec.Template.Spec.StartupTaints ?? []).Exists(taint => taint is { Key: Names.StartupTaint, Effect: TaintEffect });
            if (removes && !hasTaint && nodeEni is not null)
            {
                yield return new Finding(
                    Name,
                    Severity.Warning,
                    $"nodepool {pool.Metadata.Name}",
                    $"Its nodes are selected by NodeENI {nodeEni.Metadata.Name}, but come without the startup taint {Names.StartupTaint}: pods may start before the ENIs "
                        + "are ready.",
                    [$"Add `{{key: {Names.StartupTaint}, effect: {TaintEffect}}}` to its spec.template.spec.startupTaints."]
                );
            }
            else if (!removes && hasTaint)
            {
                yield return new Finding(
                    Name,
                    Severity.Error,
                    $"nodepool {pool.Metadata.Name}",
                    $"Its nodes come with the startup taint {Names.StartupTaint}, which the controller does not remove: no pod is ever scheduled on them.",
                    ["Set startupTaint.enabled=true in the chart, or remove the taint from the NodePool."]
                );
            }
        }
    }

    private static IEnumerable<Finding> Reserved(ClusterSnapshot snapshot)
    {
        var karpenter = (snapshot.Karpenter.Value ?? [])
            .SelectMany(workload => workload.Spec.Template.Spec.Containers ?? [])
            .FirstOrDefault(container => container.Value(ReservedEnis) is not null || container.Name == "controller");
        if (karpenter is null)
        {
            yield break;
        }

        var reserved = int.TryParse(karpenter.Value(ReservedEnis), NumberStyles.None, CultureInfo.InvariantCulture, out var set) ? set : 0;
        var pools = (snapshot.Nodes.Value ?? [])
            .Where(node => node.Metadata.Label(NodePool.Label) is not null)
            .ToDictionary(node => node.Metadata.Name, node => node.Metadata.Label(NodePool.Label)!, StringComparer.Ordinal);
        var most = (snapshot.Attachments.Value ?? [])
            .Where(attachment => PodCapacityCheck.TakesSlot(attachment) && pools.ContainsKey(attachment.Spec!.NodeName))
            .GroupBy(attachment => attachment.Spec!.NodeName, StringComparer.Ordinal)
            .Select(node => (Pool: pools[node.Key], Count: node.Count()))
            .OrderByDescending(node => node.Count)
            .ThenBy(node => node.Pool, StringComparer.Ordinal)
            .FirstOrDefault();
        if (most.Count > reserved)
        {
            yield return new Finding(
                Name,
                Severity.Warning,
                $"nodepool {most.Pool}",
                $"NodeENIs have {most.Count} ENIs on its nodes, but Karpenter reserves {reserved}: it expects more pods on a node than there are addresses for.",
                [
                    $"Set `settings.reservedENIs={most.Count}` in Karpenter's chart ({ReservedEnis} of its controller); nodes get the new max-pods as they are replaced.",
                ]
            );
        }
    }

    private static IEnumerable<Finding> HugePages(ClusterSnapshot snapshot)
    {
        var bound = (snapshot.Attachments.Value ?? [])
            .Where(attachment => !attachment.Metadata.IsBeingDeleted && attachment.Spec!.Device.Use == DeviceUses.Bound)
            .Select(attachment => attachment.Spec!.NodeName)
            .ToHashSet(StringComparer.Ordinal);
        var without = (snapshot.Nodes.Value ?? [])
            .Where(node => bound.Contains(node.Metadata.Name) && node.Status.Allocatable is { Count: > 0 } has && !has.Any(IsHugePages))
            .Select(node => node.Metadata.Name)
            .Order(StringComparer.Ordinal)
            .ToList();
        if (without.Count > 0)
        {
            yield return new Finding(
                Name,
                Severity.Info,
                NameList.Shorten("node", without),
                "ENIs are bound for DPDK, but the node has no huge pages, which DPDK programs need unless they run with --no-huge.",
                [
                    "Reserve them at boot: `hugepagesz=1G hugepages=N` on the kernel's command line, or vm.nr_hugepages in the user data before the kubelet starts; "
                        + "pods request them as hugepages-1Gi or hugepages-2Mi.",
                ]
            );
        }
    }

    private static bool IsHugePages(KeyValuePair<string, string> resource) =>
        resource.Key.StartsWith("hugepages-", StringComparison.Ordinal) && resource.Value is not "0";

    private static bool Selects(NodeEni nodeEni, NodePool pool) =>
        nodeEni is { Metadata.IsBeingDeleted: false, Spec.NodeSelector: { Count: > 0 } selector }
        && selector.All(label => (label.Key == NodePool.Label ? pool.Metadata.Name : pool.Spec.Template.Metadata.Label(label.Key)) == label.Value);
}
