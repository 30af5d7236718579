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
        var queues = query.Integer("EnaQueueCount");
        CheckRoom(state, row, instance, deviceIndex, card, queues);
        var express = EnaExpressRequest.Of(query, instance.Type);
        var attachment = state.Lifecycle.Attach(row, instance, deviceIndex, card, express, queues);
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

    private static void CheckRoom(Ec2State state, NetworkInterface row, Instance instance, int deviceIndex, int card, int? queues)
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

        CheckQueues(type, card, onCard, queues);
        var most = type.InterfacesOn(card, queues is not null);
        if (card > 0 && deviceIndex >= most)
        {
            throw new Ec2Error("InvalidParameterValue", $"Device index {deviceIndex} does not exist on network card {card} of {type.Name}.");
        }

        if (attached.Count >= type.MaximumInterfaces + most - type.InterfacesPerCard[card] || onCard.Count >= most)
        {
            throw new Ec2Error("AttachmentLimitExceeded", $"Interface count {attached.Count + 1} exceeds the limit for {type.Name}");
        }

        if (row.PrivateIps.Count + row.Ipv4Prefixes.Count > type.Ipv4PerInterface)
        {
            throw PrivateIpAddresses.LimitExceeded(type, row.PrivateIps.Count + row.Ipv4Prefixes.Count);
        }
    }

    /// <summary>
    /// The limits of docs/reference/ec2.md#ena-queues; the codes of the refusals are not confirmed.
    /// </summary>
    private static void CheckQueues(InstanceType type, int card, List<NetworkInterface> onCard, int? queues)
    {
        if (queues is not { } wanted)
        {
            return;
        }

        if (card >= type.Queues.Count)
        {
            throw new Ec2Error("UnsupportedOperation", $"Instance type {type.Name} does not support a number of ENA queues.");
        }

        var limits = type.Queues[card];
        var taken = onCard.Sum(other => other.Attachment!.EnaQueueCount ?? limits.Default);
        if (wanted < 1 || wanted > limits.MaximumPerInterface || taken + wanted > limits.Maximum)
        {
            throw new Ec2Error(
                "InvalidParameterValue",
                $"ENA queue count {wanted} exceeds the limit for {type.Name}: {limits.MaximumPerInterface} for an interface, {limits.Maximum - taken} left."
            );
        }
    }
}
