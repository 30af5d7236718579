using MultiEni.Simulator.Ec2.Protocol;
using MultiEni.Simulator.Ec2.State;

namespace MultiEni.Simulator.Ec2.Actions;

/// <summary>
/// The attach rules of docs/reference/ec2.md#attachments: same zone, instance running or stopped,
/// free index on the card, card and total limits.
/// </summary>
internal static class AttachNetworkInterface
{
    public static void Execute(Ec2State state, QueryParameters query, XmlAnswer answer)
    {
        var id = query.Required("NetworkInterfaceId");
        var instanceId = query.Required("InstanceId");
        var deviceIndex = query.Integer("DeviceIndex") ?? throw Ec2Error.MissingParameter("DeviceIndex");
        var card = query.Count("NetworkCardIndex");
        if (deviceIndex < 0)
        {
            throw Ec2Error.InvalidValue($"{deviceIndex}", "deviceIndex");
        }

        var row = state.RequireNetworkInterface(id);
        var instance = state.RequireInstance(instanceId);
        CheckMatch(row, instance);
        CheckRoom(state, row, instance, deviceIndex, card);
        var attachment = state.Lifecycle.Attach(row, instance, deviceIndex, card);
        answer.Text("attachmentId", attachment.Id).Number("networkCardIndex", card);
    }

    private static void CheckMatch(NetworkInterface row, Instance instance)
    {
        if (instance.State is not (InstanceState.Running or InstanceState.Stopped))
        {
            throw new Ec2Error("IncorrectState", $"Instance '{instance.Id}' is not 'running'.");
        }

        if (row.Attachment is not null)
        {
            throw new Ec2Error("InvalidNetworkInterface.InUse", $"Interface: [{row.Id}] in use.");
        }

        // Two codes are reported for this one; the callers must take either
        // (docs/reference/ec2.md#errors).
        if (row.AvailabilityZone != instance.AvailabilityZone)
        {
            throw new Ec2Error(
                "InvalidParameterCombination",
                "You may not attach a network interface to an instance if they are not in the same availability zone"
            );
        }

        if (row.InterfaceType is "efa" or "efa-only" && instance.State == InstanceState.Running)
        {
            throw new Ec2Error("UnsupportedOperation", "EFA interfaces cannot be attached to a running instance.");
        }
    }

    private static void CheckRoom(Ec2State state, NetworkInterface row, Instance instance, int deviceIndex, int card)
    {
        var type = instance.Type;
        if (card >= type.InterfacesPerCard.Count)
        {
            throw new Ec2Error("InvalidParameterValue", $"Network card index {card} does not exist on instance type {type.Name}.");
        }

        var attached = state.NetworkInterfaces.OfInstance(instance.Id);
        var onCard = attached.Where(other => other.Attachment!.NetworkCardIndex == card).ToList();
        if (onCard.Exists(other => other.Attachment!.DeviceIndex == deviceIndex))
        {
            throw new Ec2Error(
                "InvalidParameterValue",
                $"Instance '{instance.Id}' already has an interface attached at device index '{deviceIndex}'."
            );
        }

        if (attached.Count >= type.MaximumInterfaces || onCard.Count >= type.InterfacesPerCard[card])
        {
            throw new Ec2Error("AttachmentLimitExceeded", $"Interface count {attached.Count + 1} exceeds the limit for {type.Name}");
        }

        if (row.PrivateIps.Count + row.Ipv4Prefixes.Count > type.Ipv4PerInterface)
        {
            throw PrivateIpAddresses.LimitExceeded(type, row.PrivateIps.Count + row.Ipv4Prefixes.Count);
        }
    }
}
