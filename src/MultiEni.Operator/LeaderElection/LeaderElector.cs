using Microsoft.Extensions.Logging;
using MultiEni.Operator.Client;

namespace MultiEni.Operator.LeaderElection;

/// <summary>Makes sure that of many processes one leads, by a Lease.</summary>
public sealed class LeaderElector(
    KubernetesClient client,
    LeaderElectionOptions options,
    TimeProvider time,
    ILogger logger
)
{
    /// <summary>Whether this process leads now.</summary>
    public bool IsLeader => throw new NotImplementedException();

    /// <summary>
    /// Waits for the lease, runs <paramref name="lead"/> while renewing it, waits for it to end and gives the lease back. The token
    /// of <paramref name="lead"/> is cancelled when the caller cancels and when leadership is lost.
    /// </summary>
    /// <exception cref="LeadershipLostException">
    /// Leadership was lost and <paramref name="lead"/> has ended; the process should end and start afresh.
    /// </exception>
    public Task RunAsync(
        Func<Leadership, CancellationToken, Task> lead,
        CancellationToken cancellationToken
    ) => throw new NotImplementedException();
}
