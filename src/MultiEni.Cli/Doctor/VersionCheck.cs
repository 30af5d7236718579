using MultiEni.Api;

namespace MultiEni.Cli.Doctor;

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
