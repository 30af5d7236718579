using MultiEni.Api;
using MultiEni.Operator.LeaderElection;

namespace MultiEni.Cli.Doctor;

/// <summary>The controller runs and one replica is the leader.</summary>
internal static class ControllerCheck
{
    public const string Name = "controller";

    // The leader's clock and this machine's clock may differ.
    private static readonly TimeSpan ClockDifference = TimeSpan.FromSeconds(30);

    public static IEnumerable<Finding> Run(ClusterSnapshot snapshot)
    {
        var leads = LeaderProblem(snapshot) is null;
        if (snapshot.Deployments.Value is not null)
        {
            if (snapshot.Controller is not { } controller)
            {
                yield return leads && snapshot.Leases.Value is not null
                    ? new Finding(
                        Name,
                        Severity.Info,
                        $"namespace {snapshot.InstallNamespace}",
                        $"The Deployment {Names.Controller} does not exist, but the Lease has an active leader: the controller runs elsewhere.",
                        ["Set its namespace with --namespace."]
                    )
                    : new Finding(
                        Name,
                        Severity.Error,
                        $"namespace {snapshot.InstallNamespace}",
                        $"The Deployment {Names.Controller} does not exist.",
                        ["Install the chart, or set the controller's namespace with --namespace."]
                    );
            }
            else if (controller.Status.AvailableReplicas == 0)
            {
                var pods = snapshot.PodsOf(Names.Controller).ToList();
                var notReady = pods.Select(pod => pod.NotReadyReason()).FirstOrDefault(text => text is not null);
                var failure = pods.Count == 0 ? PodCreateFailure.Find(snapshot, controller.Metadata.Name, privileged: false) : null;
                yield return new Finding(
                    Name,
                    Severity.Error,
                    $"deployment {snapshot.InstallNamespace}/{controller.Metadata.Name}",
                    $"0 of {controller.Spec.Replicas ?? 1} replicas are available. {notReady ?? failure?.Seen ?? (pods.Count == 0 ? "It has no pods." : "")}".TrimEnd(),
                    [
                        .. failure is var (_, remedy) ? [remedy] : Array.Empty<string>(),
                        controller.Spec.Replicas == 0
                            ? $"Scale it up: `kubectl scale -n {snapshot.InstallNamespace} deployment/{controller.Metadata.Name} --replicas=2`."
                            : $"Find the cause: `kubectl logs -n {snapshot.InstallNamespace} deployment/{controller.Metadata.Name} --previous` and `kubectl describe pods -n {snapshot.InstallNamespace} -l app={Names.Controller}`.",
                    ]
                );
                yield break;
            }
        }

        var elects = snapshot.Controller?.Container(Names.Controller)?.Value("ENABLE_LEADER_ELECTION") != "false";
        if (elects && snapshot.Controller is not null && LeaderProblem(snapshot) is { } problem)
        {
            yield return new Finding(
                Name,
                Severity.Error,
                $"lease {snapshot.InstallNamespace}/{Names.LeaderElectionLease}",
                problem,
                [
                    $"Check whether the controller has permission to write the Lease, and what it waits for: `kubectl logs -n {snapshot.InstallNamespace} deployment/{Names.Controller}`.",
                ]
            );
        }
    }

    /// <summary>
    /// Why there is no leader; null if there is one or the Lease cannot be read.
    /// </summary>
    public static string? LeaderProblem(ClusterSnapshot snapshot)
    {
        if (snapshot.Leases.Value is not { } leases)
        {
            return null;
        }

        return leases is [var lease] ? LeaderProblem(lease.Spec, snapshot.Now) : "No controller has become leader yet: the Lease does not exist.";
    }

    /// <summary>Why this Lease has no leader; null if it has one.</summary>
    public static string? LeaderProblem(LeaseSpec lease, DateTimeOffset now)
    {
        if (string.IsNullOrEmpty(lease.HolderIdentity))
        {
            return "The last leader released the Lease, and no replica has acquired it.";
        }

        var promised = TimeSpan.FromSeconds(lease.LeaseDurationSeconds ?? 15);
        var silent = now - (lease.RenewTime ?? DateTimeOffset.MinValue);
        return silent > (promised * 2) + ClockDifference
            ? $"The leader {lease.HolderIdentity} has not renewed the Lease since {lease.RenewTime:u}, and no other replica has acquired it."
            : null;
    }
}

/// <summary>
/// Controller and ENI managers have the same version, because they share the status of the same
/// objects.
/// </summary>
internal static class VersionCheck
{
    public const string Name = "versions";

    public static IEnumerable<Finding> Run(ClusterSnapshot snapshot)
    {
        var controller = snapshot.Controller?.Container(Names.Controller)?.Tag();
        var managers = snapshot.ManagerContainer?.Tag();
        if (controller is not null && managers is not null && controller != managers)
        {
            yield return new Finding(
                Name,
                Severity.Warning,
                $"namespace {snapshot.InstallNamespace}",
                $"The controller's image is {controller} and the ENI managers' is {managers}.",
                ["Upgrade both together with the chart; different versions are only supported during a rollout."]
            );
        }

        var running = snapshot
            .PodsOf(Names.Manager)
            .Select(pod => (pod.Spec.Containers ?? []).Find(container => container.Name == Names.Manager)?.Tag())
            .Where(tag => tag is not null && managers is not null && tag != managers)
            .ToList();
        if (running.Count > 0)
        {
            yield return new Finding(
                Name,
                Severity.Warning,
                $"daemonset {snapshot.InstallNamespace}/{Names.Manager}",
                $"{running.Count} pods still run {string.Join(", ", running.Distinct(StringComparer.Ordinal))} instead of {managers}.",
                [
                    $"Wait for the rollout, `kubectl rollout status -n {snapshot.InstallNamespace} daemonset/{Names.Manager}`, or delete the pods if updateStrategy is OnDelete.",
                ]
            );
        }
    }
}
