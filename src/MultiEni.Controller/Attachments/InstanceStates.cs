using System.Collections.Concurrent;
using MultiEni.Controller.Ec2;

namespace MultiEni.Controller.Attachments;

/// <summary>
/// Whether instances still exist. Asked only for instances whose node is gone from the cluster, so that a cluster in which nothing
/// changes costs no call.
/// </summary>
internal sealed class InstanceStates(Ec2Client ec2, TimeProvider time)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(20);
    private readonly ConcurrentDictionary<string, (long At, bool Gone)> known = new();

    /// <summary>Whether it is certain that the instance was, or is being, terminated.</summary>
    public async Task<bool> IsGoneAsync(string instanceId, CancellationToken cancellationToken)
    {
        if (known.TryGetValue(instanceId, out var answer) && (answer.Gone || time.GetElapsedTime(answer.At) < Lifetime))
        {
            return answer.Gone;
        }

        var rows = await ec2.DescribeInstancesAsync([InstanceId.Parse(instanceId, null)], CallPriority.DetachAndDelete, cancellationToken);
        var gone = rows.Count == 0 || rows[0].State is "terminated" or "shutting-down";
        known[instanceId] = (time.GetTimestamp(), gone);
        return gone;
    }
}
