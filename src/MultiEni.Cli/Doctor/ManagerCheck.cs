using MultiEni.Api;
using MultiEni.Cli.Cluster;
using MultiEni.Cli.Explain;
using MultiEni.Operator.Events;

namespace MultiEni.Cli.Doctor;

/// <summary>
/// An ENI manager runs, with the required privileges, on every node that has or should have ENIs.
/// </summary>
internal static class ManagerCheck
{
    public const string Name = "ENI managers";

    public static IEnumerable<Finding> Run(ClusterSnapshot snapshot)
    {
        if (snapshot.DaemonSets.Value is null)
        {
            return [];
        }

        if (snapshot.Managers is not { } managers)
        {
            return
            [
                new Finding(
                    Name,
                    Severity.Error,
                    $"namespace {snapshot.InstallNamespace}",
                    $"The DaemonSet {Names.Manager} does not exist.",
                    ["Install the chart with eniManager.enabled, or set its namespace with --namespace."]
                ),
            ];
        }

        return Privileges(snapshot)
            .Concat(Missing(snapshot, managers))
            .Concat(NotReady(snapshot, managers.Metadata.Name))
            .Concat(WithoutPlugin(snapshot));
    }

    // The message has the remedy.
    private static IEnumerable<Finding> WithoutPlugin(ClusterSnapshot snapshot) =>
        (snapshot.Attachments.Value ?? [])
            .Where(attachment => attachment.Status?.Device?.IpamProblem is not null)
            .GroupBy(attachment => attachment.Status!.Device!.IpamProblem!, attachment => attachment.Spec!.NodeName, StringComparer.Ordinal)
            .Select(group => new Finding(
                Name,
                Severity.Warning,
                NameList.Shorten("node", [.. group.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]),
                group.Key,
                [$"Its log has more: `kubectl logs -n {snapshot.InstallNamespace} daemonset/{Names.Manager} -c dpdk-setup`."]
            ));

    private static IEnumerable<Finding> Privileges(ClusterSnapshot snapshot)
    {
        var binds = (snapshot.NodeEnis.Value ?? []).Any(nodeEni => nodeEni.Spec?.EnableDpdk == true);
        if (binds && snapshot.ManagerContainer is { SecurityContext.Privileged: not true })
        {
            yield return new Finding(
                Name,
                Severity.Error,
                $"daemonset {snapshot.InstallNamespace}/{Names.Manager}",
                "The container does not run privileged, but NodeENIs request a DPDK driver.",
                ReasonGuide.Current.Find(Reasons.InsufficientPermissions)!.Remedies,
                Reasons.InsufficientPermissions
            );
        }
    }

    private static IEnumerable<Finding> Missing(ClusterSnapshot snapshot, Workload managers)
    {
        if (snapshot.InstalledPods.Value is null)
        {
            yield break;
        }

        var covered = snapshot.PodsOf(Names.Manager).Select(pod => pod.Spec.NodeName).ToHashSet(StringComparer.Ordinal);
        var uncovered = Needed(snapshot).Where(node => !covered.Contains(node)).Order(StringComparer.Ordinal).ToList();
        var isShort = uncovered.Count > 0 || managers.Status.CurrentNumberScheduled < managers.Status.DesiredNumberScheduled;
        if (isShort && PodCreateFailure.Find(snapshot, managers.Metadata.Name, privileged: true) is var (seen, remedy))
        {
            yield return new Finding(Name, Severity.Error, $"daemonset {snapshot.InstallNamespace}/{managers.Metadata.Name}", seen, [remedy]);
        }
        else if (uncovered.Count > 0)
        {
            yield return new Finding(
                Name,
                Severity.Error,
                NameList.Shorten("node", uncovered),
                "A NodeENI selects the node, but no ENI manager runs there: ENIs are attached but not configured.",
                [
                    "Schedule the DaemonSet on these nodes with the chart's `eniManager.nodeSelector` and `eniManager.tolerations`.",
                    "Or restrict the NodeENI's nodeSelector.",
                ]
            );
        }
    }

    private static IEnumerable<string> Needed(ClusterSnapshot snapshot)
    {
        var withEnis = (snapshot.Attachments.Value ?? []).Select(attachment => attachment.Spec!.NodeName);
        var selected =
            from node in snapshot.Nodes.Value ?? []
            where (snapshot.NodeEnis.Value ?? []).Any(nodeEni => Status.StatusReader.Selects(nodeEni, node))
            select node.Metadata.Name;
        var alive = (snapshot.Nodes.Value ?? []).Select(node => node.Metadata.Name).ToHashSet(StringComparer.Ordinal);
        return withEnis.Concat(selected).Distinct(StringComparer.Ordinal).Where(alive.Contains);
    }

    private static IEnumerable<Finding> NotReady(ClusterSnapshot snapshot, string daemonSet) =>
        snapshot
            .PodsOf(Names.Manager)
            .Where(pod => !pod.IsReady())
            .GroupBy(pod => pod.NotReadyReason() ?? "It is not ready.")
            .Select(group => new Finding(
                Name,
                Severity.Error,
                NameList.Shorten("pod", [.. group.Select(pod => pod.Metadata.Name)]),
                group.Key,
                [
                    $"Find the cause: `kubectl logs -n {snapshot.InstallNamespace} {group.First().Metadata.Name} --all-containers`; the init container dpdk-setup logs what is missing. "
                        + $"`kubectl rollout status -n {snapshot.InstallNamespace} daemonset/{daemonSet}` waits for all pods.",
                ]
            ));
}

/// <summary>
/// Pods that the API server refused to create. Only events about their owner show this.
/// </summary>
internal static class PodCreateFailure
{
    /// <summary>Reason of the events, for DaemonSets and ReplicaSets.</summary>
    public const string Reason = "FailedCreate";

    private const string EnforceLabel = "pod-security.kubernetes.io/enforce";

    /// <summary>
    /// Why a workload's pods are not created, with the remedy; null if neither events nor
    /// labels show a cause.
    /// </summary>
    /// <param name="snapshot">The cluster.</param>
    /// <param name="workload">Name of the DaemonSet or Deployment.</param>
    /// <param name="privileged">
    /// Whether its pods are privileged, so that the namespace's pod security level may reject them.
    /// </param>
    public static (string Seen, string Remedy)? Find(ClusterSnapshot snapshot, string workload, bool privileged)
    {
        var message = (snapshot.CreateFailures.Value ?? [])
            .Where(failure => IsOf(failure, workload))
            .MaxBy(failure => failure.LastTimestamp ?? failure.Metadata.CreationTimestamp)
            ?.Message;
        // Events expire after an hour; the label does not.
        var level = (snapshot.NamespaceObject.Value ?? []).Select(home => home.Metadata.Label(EnforceLabel)).FirstOrDefault();
        if (
            message?.Contains("violates PodSecurity", StringComparison.Ordinal) == true
            || (message is null && privileged && level is "baseline" or "restricted")
        )
        {
            return (
                message is null
                    ? $"Its pods are rejected: they are privileged, but the namespace enforces the pod security level {level}."
                    : $"Its pods are rejected: {message}",
                $"Allow privileged pods in this namespace: `kubectl label namespace {snapshot.InstallNamespace} {EnforceLabel}=privileged --overwrite`."
            );
        }

        return message is null
            ? null
            : ($"Its pods are rejected: {message}", "Fix the cause in the API server's message, such as a quota or an admission webhook.");
    }

    // Events about a Deployment's pods refer to its ReplicaSets, named after the Deployment
    // with a hash.
    private static bool IsOf(KubernetesEvent failure, string workload) =>
        failure.InvolvedObject is { Name: { } name }
        && (name == workload || (failure.InvolvedObject.Kind == "ReplicaSet" && name.StartsWith($"{workload}-", StringComparison.Ordinal)));
}
