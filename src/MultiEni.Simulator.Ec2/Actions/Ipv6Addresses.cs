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
        var request = AddressRequest.Of(query, namesIpv6: true);
        var given = query.List("Ipv6Addresses");
        AddressRequest.Exclude(given.Count > 0, request.Ipv6 > 0, "Ipv6Addresses", "Ipv6AddressCount");
        AddressRequest.Exclude(given.Count > 0, request.Ipv6Prefixes > 0, "Ipv6Addresses", "Ipv6PrefixCount");
        if (given.Count + request.Ipv6 + request.Ipv6Prefixes == 0)
        {
            throw Ec2Error.MissingParameter("Ipv6AddressCount");
        }

        var count = row.Ipv6Addresses.Count + row.Ipv6Prefixes.Count + given.Count + request.Ipv6 + request.Ipv6Prefixes;
        if (row.Attachment is { } attachment && state.Instances[attachment.InstanceId].Type is var type && count > type.Ipv6PerInterface)
        {
            throw new Ec2Error(
                "PrivateIpAddressLimitExceeded",
                $"Number of IPv6 addresses {count} exceeds the limit of {type.Ipv6PerInterface} for {type.Name}."
            );
        }

        var subnet = state.RequireSubnet(row.SubnetId);
        var (_, _, addresses, prefixes) = given.Count > 0 ? ([], [], TakeGiven(subnet, given), []) : request.Take(subnet);
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

    /// <summary>
    /// All or none. There is no reassignment: one that another interface has is refused until it
    /// is unassigned there (docs/reference/ec2.md#addresses-of-an-eni).
    /// </summary>
    private static List<string> TakeGiven(SubnetState subnet, List<string> given)
    {
        var taken = new List<string>();
        foreach (var address in given)
        {
            if (subnet.Ipv6?.TakeExactly(address) != true)
            {
                taken.ForEach(one => subnet.Ipv6!.Release(one));
                throw subnet.Ipv6?.Contains(address) == true
                    ? new Ec2Error("InvalidIPAddress.InUse", $"Address {address} is in use.")
                    : new Ec2Error("InvalidParameterValue", $"Address {address} does not fall within the subnet's address range");
            }

            taken.Add(address);
        }

        return taken;
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
        PrimaryIpv6.RefuseToUnassign(row, addresses);
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
