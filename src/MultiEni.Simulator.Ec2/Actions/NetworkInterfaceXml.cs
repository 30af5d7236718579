using MultiEni.Simulator.Ec2.Protocol;
using MultiEni.Simulator.Ec2.State;

namespace MultiEni.Simulator.Ec2.Actions;

/// <summary>
/// A network interface on the wire; the members follow the recordings of
/// docs/reference/ec2.md#states and the service model.
/// </summary>
internal static class NetworkInterfaceXml
{
    public static void Write(Ec2State state, XmlAnswer answer, NetworkInterface row)
    {
        answer
            .Text("networkInterfaceId", row.Id)
            .Text("subnetId", row.SubnetId)
            .Text("vpcId", row.VpcId)
            .Text("availabilityZone", row.AvailabilityZone)
            .Text("availabilityZoneId", NetworkInterfaceFields.ZoneId(row.AvailabilityZone))
            .Text("description", row.Description)
            .Text("ownerId", state.Options.AccountId)
            .Flag("requesterManaged", false)
            .Text("status", WireNames.Of(row.Status))
            .Text("macAddress", row.MacAddress)
            .Text("privateIpAddress", row.PrimaryIp)
            .Flag("sourceDestCheck", row.SourceDestCheck)
            .Text("interfaceType", row.InterfaceType);
        WriteGroups(state, answer, row);
        if (row.Attachment is { } attachment)
        {
            answer.Begin("attachment");
            WriteAttachment(answer, attachment);
            answer.Text("instanceId", attachment.InstanceId).Text("instanceOwnerId", state.Options.AccountId).End("attachment");
        }

        if (ElasticIpAddresses.Of(state, row.Id) is { } elastic)
        {
            answer
                .Begin("association")
                .Text("allocationId", elastic.AllocationId)
                .Text("associationId", elastic.AssociationId)
                .Text("publicIp", elastic.PublicIp)
                .Text("ipOwnerId", state.Options.AccountId)
                .End("association");
        }

        if (row.ConnectionTracking is { } timeouts)
        {
            answer
                .Begin("connectionTrackingConfiguration")
                .Number("tcpEstablishedTimeout", timeouts.TcpEstablishedTimeout)
                .Number("udpStreamTimeout", timeouts.UdpStreamTimeout)
                .Number("udpTimeout", timeouts.UdpTimeout)
                .End("connectionTrackingConfiguration");
        }

        answer.TagSet(row.Tags);
        WriteAddresses(answer, row);
    }

    public static void WriteGroups(Ec2State state, XmlAnswer answer, NetworkInterface row) =>
        answer.Set("groupSet", row.GroupIds, (item, id) => item.Text("groupId", id).Text("groupName", state.SecurityGroups[id].Name));

    public static void WriteAttachment(XmlAnswer answer, Attachment attachment)
    {
        answer
            .Text("attachmentId", attachment.Id)
            .Number("deviceIndex", attachment.DeviceIndex)
            .Number("networkCardIndex", attachment.NetworkCardIndex)
            .Text("status", WireNames.Of(attachment.Status))
            .Time("attachTime", attachment.AttachTime)
            .Flag("deleteOnTermination", attachment.DeleteOnTermination)
            .Number("enaQueueCount", attachment.EnaQueueCount);
        if (attachment.EnaExpress is { } express)
        {
            answer
                .Begin("enaSrdSpecification")
                .Flag("enaSrdEnabled", express.Enabled)
                .Begin("enaSrdUdpSpecification")
                .Flag("enaSrdUdpEnabled", express.Udp)
                .End("enaSrdUdpSpecification")
                .End("enaSrdSpecification");
        }
    }

    public static void WriteAddresses(XmlAnswer answer, NetworkInterface row)
    {
        answer.Set(
            "privateIpAddressesSet",
            row.PrivateIps,
            (item, address) => item.Text("privateIpAddress", address).Flag("primary", address == row.PrivateIps[0])
        );
        answer.Set("ipv4PrefixSet", row.Ipv4Prefixes, static (item, prefix) => item.Text("ipv4Prefix", prefix));
        answer.Set(
            "ipv6AddressesSet",
            row.Ipv6Addresses,
            (item, address) => item.Text("ipv6Address", address).Flag("isPrimaryIpv6", address == row.PrimaryIpv6)
        );
        answer.Set("ipv6PrefixSet", row.Ipv6Prefixes, static (item, prefix) => item.Text("ipv6Prefix", prefix));
    }
}
