using MultiEni.Simulator.Ec2.Actions;

namespace MultiEni.Simulator.Ec2.State;

/// <summary>
/// The transitions that take time. Each looks again when it is due, since its interface or instance
/// may have moved on.
/// </summary>
internal sealed class Lifecycle(Ec2State state)
{
    private Ec2Latencies Latencies => state.Options.Latencies;

    /// <summary>A new interface becomes available (docs/reference/ec2.md#states).</summary>
    public void Created(string id) =>
        state.Transitions.Schedule(
            Latencies.Create,
            () =>
            {
                if (state.NetworkInterfaces.Find(id) is { Row.Status: NetworkInterfaceStatus.Pending } entry)
                {
                    state.NetworkInterfaces.Replace(entry.Row with { Status = NetworkInterfaceStatus.Available });
                }
            }
        );

    /// <summary>attaching, and attached when the device is in the instance.</summary>
    public Attachment Attach(NetworkInterface row, Instance instance, int deviceIndex, int networkCardIndex, EnaExpress? express, int? queues)
    {
        var attachment = new Attachment(
            state.Ids.Id("eni-attach-"),
            instance.Id,
            deviceIndex,
            networkCardIndex,
            AttachmentStatus.Attaching,
            DeleteOnTermination: false,
            state.Now
        )
        {
            EnaExpress = express,
            EnaQueueCount = queues,
        };
        state.NetworkInterfaces.Replace(row with { Status = NetworkInterfaceStatus.InUse, Attachment = attachment });
        state.Transitions.Schedule(Latencies.Attach, () => Plug(row.Id, attachment.Id));
        return attachment;
    }

    /// <summary>
    /// detaching, and available when the instance has let go. A forced detach does not wait for the
    /// instance (docs/reference/ec2.md#attachments).
    /// </summary>
    public void Detach(NetworkInterface row, bool force)
    {
        var attachment = row.Attachment!;
        state.NetworkInterfaces.Replace(row with { Attachment = attachment with { Status = AttachmentStatus.Detaching } });
        state.Transitions.Schedule(
            Latencies.Detach,
            () =>
            {
                state.Backplane.Unplug(attachment.InstanceId, row.MacAddress, () => Release(row.Id, attachment.Id));
                if (force)
                {
                    Release(row.Id, attachment.Id);
                }
            }
        );
    }

    /// <summary>pending to running; the devices of all its interfaces appear as it boots.</summary>
    public void Launch(string instanceId) =>
        state.Transitions.Schedule(
            Latencies.InstanceStart,
            () =>
            {
                if (Move(instanceId, InstanceState.Pending, InstanceState.Running))
                {
                    foreach (var row in state.NetworkInterfaces.OfInstance(instanceId))
                    {
                        Plug(row.Id, row.Attachment!.Id);
                    }
                }
            }
        );

    /// <summary>running to stopped; the interfaces stay attached.</summary>
    public void Stop(string instanceId)
    {
        if (Move(instanceId, InstanceState.Running, InstanceState.Stopping))
        {
            state.Transitions.Schedule(Latencies.InstanceStop, () => Move(instanceId, InstanceState.Stopping, InstanceState.Stopped));
        }
    }

    /// <summary>stopped to running.</summary>
    public void Start(string instanceId)
    {
        if (Move(instanceId, InstanceState.Stopped, InstanceState.Pending))
        {
            state.Transitions.Schedule(Latencies.InstanceStart, () => Move(instanceId, InstanceState.Pending, InstanceState.Running));
        }
    }

    /// <summary>
    /// shutting-down to terminated. Its interfaces are deleted when they say so, and otherwise
    /// become available; one that is being detached has lost the delete-on-termination mark already
    /// (docs/reference/ec2.md#attachments).
    /// </summary>
    public void Terminate(string instanceId)
    {
        if (state.Instances[instanceId].State is InstanceState.ShuttingDown or InstanceState.Terminated)
        {
            return;
        }

        state.Instances[instanceId] = state.Instances[instanceId] with { State = InstanceState.ShuttingDown };
        state.Transitions.Schedule(
            Latencies.InstanceTerminate,
            () =>
            {
                var macs = state.NetworkInterfaces.OfInstance(instanceId).Select(row => row.MacAddress);
                state.Backplane.Terminated(instanceId, macs, () => Terminated(instanceId));
            }
        );
    }

    /// <summary>Takes an interface out of the world and gives its addresses back.</summary>
    public void Delete(NetworkInterface row)
    {
        state.NetworkInterfaces.Delete(row.Id);
        if (ElasticIpAddresses.Of(state, row.Id) is { } address)
        {
            ElasticIpAddresses.Release(state, address);
        }

        state.Subnets[row.SubnetId].Release(row);
    }

    private void Terminated(string instanceId)
    {
        foreach (var row in state.NetworkInterfaces.OfInstance(instanceId))
        {
            if (row.Attachment is { DeleteOnTermination: true, Status: not AttachmentStatus.Detaching })
            {
                Delete(row);
            }
            else
            {
                Release(row.Id, row.Attachment!.Id);
            }
        }

        state.Instances[instanceId] = state.Instances[instanceId] with { State = InstanceState.Terminated };
        state.Transitions.Schedule(state.Options.TerminatedInstanceRetention, () => state.Instances.Remove(instanceId));
    }

    private void Plug(string id, string attachmentId)
    {
        if (Current(id, attachmentId) is not { Attachment: { Status: AttachmentStatus.Attaching } attachment } row)
        {
            return;
        }

        var plugged = new PluggedEni(attachment.InstanceId, id, row.MacAddress, attachment.DeviceIndex, attachment.NetworkCardIndex, row.PrivateIps);
        state.Backplane.Plug(
            plugged,
            () =>
            {
                if (Current(id, attachmentId) is { Attachment: { Status: AttachmentStatus.Attaching } now } present)
                {
                    state.NetworkInterfaces.Replace(present with { Attachment = now with { Status = AttachmentStatus.Attached } });
                }
            }
        );
    }

    private void Release(string id, string attachmentId)
    {
        if (Current(id, attachmentId) is { } row)
        {
            state.NetworkInterfaces.Replace(row with { Status = NetworkInterfaceStatus.Available, Attachment = null, PrimaryIpv6 = null });
        }
    }

    private NetworkInterface? Current(string id, string attachmentId) =>
        state.NetworkInterfaces.Find(id) is { } entry && entry.Row.Attachment?.Id == attachmentId ? entry.Row : null;

    private bool Move(string instanceId, InstanceState from, InstanceState to)
    {
        if (!state.Instances.TryGetValue(instanceId, out var instance) || instance.State != from)
        {
            return false;
        }

        state.Instances[instanceId] = instance with { State = to };
        return true;
    }
}
