using MultiEni.Operator.Events;

namespace MultiEni.Cli.Doctor;

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
