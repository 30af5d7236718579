using MultiEni.Api;
using MultiEni.Operator.LeaderElection;

namespace MultiEni.Cli.Doctor;

/// <summary>The controller runs and one of its processes leads.</summary>
internal static class ControllerCheck
{
    public const string Name = "controller";

    // Clocks of the leader and of this machine may differ.
    private static readonly TimeSpan ClockDifference = TimeSpan.FromSeconds(30);

    public static IEnumerable<Finding> Run(ClusterSnapshot picture)
    {
        var leads = LeaderProblem(picture) is null;
        if (picture.Deployments.Value is not null)
        {
            if (picture.Controller is not { } controller)
            {
                yield return leads && picture.Leases.Value is not null
                    ? new Finding(
                        Name,
                        Severity.Info,
                        $"namespace {picture.Home}",
                        $"There is no Deployment {Names.Controller}, and a controller leads: it runs elsewhere.",
                        ["Name its namespace with --namespace."]
                    )
                    : new Finding(
                        Name,
                        Severity.Error,
                        $"namespace {picture.Home}",
                        $"There is no Deployment {Names.Controller}.",
                        ["Install the chart, or name the namespace that it is in with --namespace."]
                    );
            }
            else if (controller.Status.AvailableReplicas == 0)
            {
                var pods = picture.PodsOf(Names.Controller).ToList();
                var hindrance = pods.Select(pod => pod.Hindrance()).FirstOrDefault(text => text is not null);
                var refusal = pods.Count == 0 ? PodRefusal.Find(picture, controller.Metadata.Name, privileged: false) : null;
                yield return new Finding(
                    Name,
                    Severity.Error,
                    $"deployment {picture.Home}/{controller.Metadata.Name}",
                    $"0 of {controller.Spec.Replicas ?? 1} replicas are available. {hindrance ?? refusal?.Seen ?? (pods.Count == 0 ? "It has no pod." : "")}".TrimEnd(),
                    [
                        .. refusal is var (_, remedy) ? [remedy] : Array.Empty<string>(),
                        controller.Spec.Replicas == 0
                            ? $"Scale it up: `kubectl scale -n {picture.Home} deployment/{controller.Metadata.Name} --replicas=2`."
                            : $"See why: `kubectl logs -n {picture.Home} deployment/{controller.Metadata.Name} --previous` and `kubectl describe pods -n {picture.Home} -l app={Names.Controller}`.",
                    ]
                );
                yield break;
            }
        }

        var elects = picture.Controller?.Container(Names.Controller)?.Value("ENABLE_LEADER_ELECTION") != "false";
        if (elects && picture.Controller is not null && LeaderProblem(picture) is { } problem)
        {
            yield return new Finding(
                Name,
                Severity.Error,
                $"lease {picture.Home}/{Names.LeaderElectionLease}",
                problem,
                [
                    $"See whether the controller may write the Lease, and what it waits for: `kubectl logs -n {picture.Home} deployment/{Names.Controller}`.",
                ]
            );
        }
    }

    /// <summary>Why nobody leads, or null when somebody does or it cannot be known.</summary>
    public static string? LeaderProblem(ClusterSnapshot picture)
    {
        if (picture.Leases.Value is not { } leases)
        {
            return null;
        }

        return leases is [var lease] ? LeaderProblem(lease.Spec, picture.Now) : "No controller has ever led: there is no Lease.";
    }

    /// <summary>Why nobody leads by this lease, or null when somebody does.</summary>
    public static string? LeaderProblem(LeaseSpec lease, DateTimeOffset now)
    {
        if (string.IsNullOrEmpty(lease.HolderIdentity))
        {
            return "The last leader gave the Lease back and no other took it.";
        }

        var promised = TimeSpan.FromSeconds(lease.LeaseDurationSeconds ?? 15);
        var silent = now - (lease.RenewTime ?? DateTimeOffset.MinValue);
        return silent > (promised * 2) + ClockDifference
            ? $"The leader {lease.HolderIdentity} has not renewed the Lease since {lease.RenewTime:u}, and no other took it."
            : null;
    }
}

/// <summary>Controller and ENI managers are of one version: they share the status of the same objects.</summary>
internal static class VersionCheck
{
    public const string Name = "versions";

    public static IEnumerable<Finding> Run(ClusterSnapshot picture)
    {
        var controller = picture.Controller?.Container(Names.Controller)?.Tag();
        var managers = picture.ManagerContainer?.Tag();
        if (controller is not null && managers is not null && controller != managers)
        {
            yield return new Finding(
                Name,
                Severity.Warning,
                $"namespace {picture.Home}",
                $"The controller's image is {controller} and the ENI managers' is {managers}.",
                ["Upgrade both together with the chart; a mix is meant for the time of an upgrade only."]
            );
        }

        var running = picture
            .PodsOf(Names.Manager)
            .Select(pod => (pod.Spec.Containers ?? []).Find(container => container.Name == Names.Manager)?.Tag())
            .Where(tag => tag is not null && managers is not null && tag != managers)
            .ToList();
        if (running.Count > 0)
        {
            yield return new Finding(
                Name,
                Severity.Warning,
                $"daemonset {picture.Home}/{Names.Manager}",
                $"{running.Count} pods still run {string.Join(", ", running.Distinct(StringComparer.Ordinal))} instead of {managers}.",
                [
                    $"Wait for the rollout, `kubectl rollout status -n {picture.Home} daemonset/{Names.Manager}`, or delete the pods if updateStrategy is OnDelete.",
                ]
            );
        }
    }
}
