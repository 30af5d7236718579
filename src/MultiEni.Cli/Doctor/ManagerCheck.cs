using MultiEni.Api;
using MultiEni.Cli.Cluster;
using MultiEni.Cli.Explain;
using MultiEni.Operator.Events;

namespace MultiEni.Cli.Doctor;

/// <summary>An ENI manager runs, with what it needs, on every node that has or should have ENIs.</summary>
internal static class ManagerCheck
{
    public const string Name = "ENI managers";

    public static IEnumerable<Finding> Run(ClusterSnapshot picture)
    {
        if (picture.DaemonSets.Value is null)
        {
            return [];
        }

        if (picture.Managers is not { } managers)
        {
            return
            [
                new Finding(
                    Name,
                    Severity.Error,
                    $"namespace {picture.Home}",
                    $"There is no DaemonSet {Names.Manager}.",
                    ["Install the chart with eniManager.enabled, or name the namespace that it is in with --namespace."]
                ),
            ];
        }

        return Privileges(picture).Concat(Absent(picture, managers)).Concat(Hindered(picture, managers.Metadata.Name));
    }

    private static IEnumerable<Finding> Privileges(ClusterSnapshot picture)
    {
        var binds = (picture.NodeEnis.Value ?? []).Any(nodeEni => nodeEni.Spec?.EnableDpdk == true);
        if (binds && picture.ManagerContainer is { SecurityContext.Privileged: not true })
        {
            yield return new Finding(
                Name,
                Severity.Error,
                $"daemonset {picture.Home}/{Names.Manager}",
                "The container does not run privileged, and NodeENIs ask for a DPDK driver.",
                ReasonGuide.Current.Find(Reasons.InsufficientPermissions)!.Remedies,
                Reasons.InsufficientPermissions
            );
        }
    }

    private static IEnumerable<Finding> Absent(ClusterSnapshot picture, Workload managers)
    {
        if (picture.HomePods.Value is null)
        {
            yield break;
        }

        var covered = picture.PodsOf(Names.Manager).Select(pod => pod.Spec.NodeName).ToHashSet(StringComparer.Ordinal);
        var alone = Needed(picture).Where(node => !covered.Contains(node)).Order(StringComparer.Ordinal).ToList();
        var isShort = alone.Count > 0 || managers.Status.CurrentNumberScheduled < managers.Status.DesiredNumberScheduled;
        if (isShort && PodRefusal.Find(picture, managers.Metadata.Name, privileged: true) is var (seen, remedy))
        {
            yield return new Finding(Name, Severity.Error, $"daemonset {picture.Home}/{managers.Metadata.Name}", seen, [remedy]);
        }
        else if (alone.Count > 0)
        {
            yield return new Finding(
                Name,
                Severity.Error,
                Text.Several("node", alone),
                "No ENI manager runs there, and NodeENIs select it: its ENIs are attached and stay unused.",
                [
                    "Let the DaemonSet onto these nodes: `eniManager.nodeSelector` and `eniManager.tolerations` of the chart.",
                    "Or narrow the nodeSelector of the NodeENI.",
                ]
            );
        }
    }

    private static IEnumerable<string> Needed(ClusterSnapshot picture)
    {
        var withEnis = (picture.Attachments.Value ?? []).Select(attachment => attachment.Spec!.NodeName);
        var selected =
            from node in picture.Nodes.Value ?? []
            where (picture.NodeEnis.Value ?? []).Any(nodeEni => Status.StatusReader.Selects(nodeEni, node))
            select node.Metadata.Name;
        var alive = (picture.Nodes.Value ?? []).Select(node => node.Metadata.Name).ToHashSet(StringComparer.Ordinal);
        return withEnis.Concat(selected).Distinct(StringComparer.Ordinal).Where(alive.Contains);
    }

    private static IEnumerable<Finding> Hindered(ClusterSnapshot picture, string daemonSet) =>
        picture
            .PodsOf(Names.Manager)
            .Where(pod => !pod.IsReady())
            .GroupBy(pod => pod.Hindrance() ?? "It is not ready.")
            .Select(group => new Finding(
                Name,
                Severity.Error,
                Text.Several("pod", [.. group.Select(pod => pod.Metadata.Name)]),
                group.Key,
                [
                    $"See why: `kubectl logs -n {picture.Home} {group.First().Metadata.Name} --all-containers`; the init container dpdk-setup says what it misses. "
                        + $"`kubectl rollout status -n {picture.Home} daemonset/{daemonSet}` waits for all.",
                ]
            ));
}

/// <summary>Pods that the API server refuses to create, which shows in events of their owner and nowhere else: there is no pod that could say it.</summary>
internal static class PodRefusal
{
    /// <summary>Reason of the events; those of DaemonSets and ReplicaSets share it.</summary>
    public const string Reason = "FailedCreate";

    private const string EnforceLabel = "pod-security.kubernetes.io/enforce";

    /// <summary>Why no pod of a workload is created, with the remedy; null when nothing says so.</summary>
    /// <param name="picture">The cluster.</param>
    /// <param name="workload">Name of the DaemonSet or Deployment.</param>
    /// <param name="privileged">Whether its pods are, so that the namespace's pod security level tells what becomes of them.</param>
    public static (string Seen, string Remedy)? Find(ClusterSnapshot picture, string workload, bool privileged)
    {
        var message = (picture.Refusals.Value ?? [])
            .Where(refusal => IsOf(refusal, workload))
            .MaxBy(refusal => refusal.LastTimestamp ?? refusal.Metadata.CreationTimestamp)
            ?.Message;
        // Events are kept for an hour only; the label stays.
        var level = (picture.HomeNamespace.Value ?? []).Select(home => home.Metadata.Label(EnforceLabel)).FirstOrDefault();
        if (
            message?.Contains("violates PodSecurity", StringComparison.Ordinal) == true
            || (message is null && privileged && level is "baseline" or "restricted")
        )
        {
            return (
                message is null
                    ? $"Its pods are refused: the namespace enforces the pod security level {level}, and they are privileged."
                    : $"Its pods are refused: {message}",
                $"Allow privileged pods in this namespace: `kubectl label namespace {picture.Home} {EnforceLabel}=privileged --overwrite`."
            );
        }

        return message is null
            ? null
            : (
                $"Its pods are refused: {message}",
                "Change what refuses them, such as a quota or an admission webhook: the API server's words name it."
            );
    }

    // The events of a Deployment's pods are about its ReplicaSets, which have its name with a hash.
    private static bool IsOf(KubernetesEvent refusal, string workload) =>
        refusal.InvolvedObject is { Name: { } name }
        && (name == workload || (refusal.InvolvedObject.Kind == "ReplicaSet" && name.StartsWith($"{workload}-", StringComparison.Ordinal)));
}
