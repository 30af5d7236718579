using MultiEni.Controller.Ec2;
using MultiEni.Controller.Ec2.Failures;
using MultiEni.Controller.Ec2.Inventory;
using MultiEni.Operator.Caching;

namespace MultiEni.Controller.Attachments;

/// <summary>
/// Whether instances still exist. Asked only for instances whose node is gone from the cluster, so
/// that a cluster in which nothing changes costs no call, and for many of them in one call, so that
/// the end of a node group costs few.
/// </summary>
internal sealed class InstanceStates : IDisposable
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(20);

    // Terminated is for good; asked again later, EC2 does not know the instance any more, which
    // says the same.
    private static readonly TimeSpan GoneLifetime = TimeSpan.FromHours(1);

    private readonly ExpiringMap<string, bool> _known;
    private readonly DescribeCoalescer<InstanceId, InstanceRow> _coalescer;

    public InstanceStates(Ec2Client ec2, TimeProvider time)
    {
        _known = new(time);
        _coalescer = new(
            async (instances, token) =>
                (await ec2.DescribeInstancesAsync(instances, CallPriority.DetachAndDelete, token)).ToDictionary(row =>
                    InstanceId.Parse(row.InstanceId, null)
                ),
            static exception => exception is Ec2CallException { Failure.Reaction.ConcernsRequest: true },
            new(),
            time
        );
    }

    /// <summary>How many answers are remembered.</summary>
    public int Remembered => _known.Count;

    /// <summary>Whether it is certain that the instance was, or is being, terminated.</summary>
    public async Task<bool> IsGoneAsync(string instanceId, CancellationToken cancellationToken)
    {
        if (_known.TryGet(instanceId, out var answer))
        {
            return answer;
        }

        var row = await _coalescer.GetAsync(InstanceId.Parse(instanceId, null), cancellationToken);
        var gone = row is null or { State: "terminated" or "shutting-down" };
        _known.Set(instanceId, gone, gone ? GoneLifetime : Lifetime);
        return gone;
    }

    public void Dispose() => _coalescer.Dispose();
}
