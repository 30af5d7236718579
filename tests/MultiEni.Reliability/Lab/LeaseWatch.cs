using System.Collections.Concurrent;
using MultiEni.Api;

namespace MultiEni.Reliability.Lab;

/// <summary>
/// Sees to it that only the holder of the lease changes anything, and that not longer than one
/// renew deadline after its last renewal. Events are exempt: they are remarks, and change nothing
/// that anybody acts on.
/// </summary>
internal sealed class LeaseWatch(Cluster cluster, TimeSpan renewDeadline)
{
    private readonly ConcurrentDictionary<string, DateTimeOffset> _renewed = new();

    /// <summary>Who holds the lease, or an empty text.</summary>
    public string Holder =>
        cluster
            .Kubernetes.Store.Find("leases.coordination.k8s.io", Names.LeaderElectionLease, Names.Namespace)
            ?["spec"]?["holderIdentity"]?.GetValue<string>()
        ?? "";

    /// <summary>What a call breaks, or null.</summary>
    public string? Look(LabCall call, CallMoment moment, string? error)
    {
        if (!call.IsWrite || call.Name.EndsWith(" events", StringComparison.Ordinal))
        {
            return null;
        }

        if (call.IsLease)
        {
            if (moment == CallMoment.After && error is null && IsHeldBy(call.By))
            {
                _renewed[call.By.Name] = cluster.Time.GetUtcNow();
            }

            return null;
        }

        if (moment == CallMoment.After)
        {
            return null;
        }

        if (!IsHeldBy(call.By))
        {
            return $"{call.By.Name} called {call.Name} {call.Target} while {Holder} held the lease";
        }

        var since = call.ReceivedAt - _renewed.GetValueOrDefault(call.By.Name);
        return since <= renewDeadline
            ? null
            : $"{call.By.Name} called {call.Name} {call.Target} {since.TotalSeconds:0.0} s after it renewed the lease, with a deadline of {renewDeadline}";
    }

    private bool IsHeldBy(ProcessRun controller) => Holder.StartsWith(controller.Name + "_", StringComparison.Ordinal);
}
