using MultiEni.Simulator.Ec2;

namespace MultiEni.Reliability.Lab;

/// <summary>What may never be so, not even for a moment.</summary>
internal sealed class Invariants(Cluster cluster, LeaseWatch? lease)
{
    private volatile string? _violation;

    /// <summary>The first thing that was so and may not be, or null.</summary>
    public string? Violation => _violation;

    /// <summary>Looks at a call of a process that is alive.</summary>
    public void Look(LabCall call, CallMoment moment, string? error)
    {
        if (moment == CallMoment.Before && call is { IsEc2: true, IsWrite: true } && cluster.Foreign.Contains(call.Target))
        {
            Report($"{call.By.Name} called {call.Name} on the foreign {call.Target}");
        }

        if (!call.IsByManager && lease?.Look(call, moment, error) is { } trespass)
        {
            Report(trespass);
        }

        // Given back before it is detached (docs/taking-enis-away.md): no run keeps an ENI manager
        // away for as long as one is waited for.
        if (moment == CallMoment.Before && call.Name == "DetachNetworkInterface" && cluster.BoundAt(call.Target) is { } bound)
        {
            Report($"{call.By.Name} detached {call.Target} while {bound}");
        }

        if (moment == CallMoment.After && call is { IsEc2: true, IsWrite: true } && error is null)
        {
            LookAtEc2($"{call.By.Name} called {call.Name} {call.Target}");
        }
    }

    /// <summary>Reports something that another part found.</summary>
    public void Report(string what) => Interlocked.CompareExchange(ref _violation, what, null);

    private void LookAtEc2(string after)
    {
        var attached = new Dictionary<string, string>();
        foreach (var row in cluster.OurEnis)
        {
            var slot = row.Tags[Objects.Slot];
            if (row.Attachment is { Status: AttachmentStatus.Attached or AttachmentStatus.Attaching } && !attached.TryAdd(slot, row.Id))
            {
                Report($"slot {slot} has two ENIs attached, {attached[slot]} and {row.Id}, after {after}");
            }
        }

        if (cluster.Launched.Lost() is { } lost)
        {
            Report($"{lost} after {after}");
        }

        if (cluster.Foreign.Touched() is { } touched)
        {
            Report($"{touched} after {after}");
        }
    }
}
