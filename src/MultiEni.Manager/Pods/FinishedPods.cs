using System.Collections.Concurrent;
using MultiEni.Operator.Client;

namespace MultiEni.Manager.Pods;

/// <summary>
/// Whether a pod that the kubelet names as a device's holder has finished. Kubelets before 1.34
/// name a pod until its object is deleted (kubernetes/kubernetes#132028), and only the API server
/// tells, if the agent may ask it.
/// </summary>
internal sealed class FinishedPods(NodePods pods, bool allowed, TimeProvider time)
{
    // A device is looked at every few seconds while a pod has it, and most pods go on for long.
    // That one has finished is never remembered: the next one of a StatefulSet has its name, and
    // the kubelet names no UID.
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RefusalLifetime = TimeSpan.FromMinutes(10);
    private readonly ConcurrentDictionary<(string Namespace, string Name), (long At, TimeSpan Lifetime, bool? Finished)> _answers = new();

    /// <summary>Whether pods may be asked for at all.</summary>
    public bool Allowed => allowed;

    /// <summary>
    /// True when no container of it runs any more, false when it is there or was deleted a moment
    /// ago, null when that cannot be told.
    /// </summary>
    public async Task<bool?> AskAsync(string inNamespace, string name, CancellationToken cancellationToken)
    {
        if (!allowed)
        {
            return null;
        }

        foreach (var (old, answer) in _answers)
        {
            if (time.GetElapsedTime(answer.At) >= answer.Lifetime)
            {
                _answers.TryRemove(old, out _);
            }
        }

        if (_answers.TryGetValue((inNamespace, name), out var known))
        {
            return known.Finished;
        }

        bool? finished = null;
        var lifetime = Lifetime;
        try
        {
            finished = await pods.FindAsync(inNamespace, name, cancellationToken) is { HasFinished: true };
        }
        catch (KubernetesApiException error) when (error.IsForbidden)
        {
            lifetime = RefusalLifetime;
        }
        catch (Exception error) when (error is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // It may answer the next time.
        }

        if (finished is not true)
        {
            _answers[(inNamespace, name)] = (time.GetTimestamp(), lifetime, finished);
        }

        return finished;
    }
}
