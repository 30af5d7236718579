using MultiEni.Simulator.Ec2.Protocol;
using MultiEni.Simulator.Ec2.State;

namespace MultiEni.Simulator.Ec2.Actions;

/// <summary>
/// IPv6 addresses and /80 prefixes of an interface (docs/reference/ec2.md#parameters).
/// </summary>
internal static class Ipv6Addresses
{
    public static void Assign(Ec2State state, QueryParameters query, XmlAnswer answer)
    {
        var row = state.RequireNetworkInterface(query.Required("NetworkInterfaceId"));
        var request = AddressRequest.Of(query);
        if (request.Ipv6 + request.Ipv6Prefixes == 0)
        {
            throw Ec2Error.MissingParameter("Ipv6AddressCount");
        }

        var count = row.Ipv6Addresses.Count + row.Ipv6Prefixes.Count + request.Ipv6 + request.Ipv6Prefixes;
        if (row.Attachment is { } attachment && state.Instances[attachment.InstanceId].Type is var type && count > type.Ipv6PerInterface)
        {
            throw new Ec2Error(
                "PrivateIpAddressLimitExceeded",
                $"Number of IPv6 addresses {count} exceeds the limit of {type.Ipv6PerInterface} for {type.Name}."
            );
        }

        var (_, _, addresses, prefixes) = request.Take(state.RequireSubnet(row.SubnetId));
        state.NetworkInterfaces.Replace(
            row with
            {
                Ipv6Addresses = [.. row.Ipv6Addresses, .. addresses],
                Ipv6Prefixes = [.. row.Ipv6Prefixes, .. prefixes],
            }
        );
        answer.Text("networkInterfaceId", row.Id).Begin("assignedIpv6Addresses");
        addresses.ForEach(address => answer.Text("item", address));
        answer.End("assignedIpv6Addresses").Begin("assignedIpv6PrefixSet");
        prefixes.ForEach(prefix => answer.Text("item", prefix));
        answer.End("assignedIpv6PrefixSet");
    }

    public static void Unassign(Ec2State state, QueryParameters query, XmlAnswer answer)
    {
        var row = state.RequireNetworkInterface(query.Required("NetworkInterfaceId"));
        var pool = state.RequireSubnet(row.SubnetId).Ipv6;
        var addresses = query.List("Ipv6Addresses");
        var prefixes = query.List("Ipv6Prefix");
        if (addresses.Count + prefixes.Count == 0)
        {
            throw Ec2Error.MissingParameter("Ipv6Addresses");
        }

        PrivateIpAddresses.RequireAll(row.Ipv6Addresses, addresses);
        PrivateIpAddresses.RequireAll(row.Ipv6Prefixes, prefixes);
        addresses.ForEach(address => pool!.Release(address));
        prefixes.ForEach(prefix => pool!.ReleasePrefix(prefix));
        state.NetworkInterfaces.Replace(
            row with
            {
                Ipv6Addresses = [.. row.Ipv6Addresses.Except(addresses)],
                Ipv6Prefixes = [.. row.Ipv6Prefixes.Except(prefixes)],
            }
        );
        answer.Text("networkInterfaceId", row.Id).Begin("unassignedIpv6Addresses");
        addresses.ForEach(address => answer.Text("item", address));
        answer.End("unassignedIpv6Addresses").Begin("unassignedIpv6PrefixSet");
        prefixes.ForEach(prefix => answer.Text("item", prefix));
        answer.End("unassignedIpv6PrefixSet");
    }
}
