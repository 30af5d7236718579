using MultiEni.Simulator.Ec2.Protocol;
using MultiEni.Simulator.Ec2.State;

namespace MultiEni.Simulator.Ec2.Actions;

/// <summary>
/// Secondary IPv4 addresses and /28 prefixes of an interface, within the limit of the instance type
/// it is in (docs/reference/ec2.md#parameters, docs/reference/ec2.md#errors).
/// </summary>
internal static class PrivateIpAddresses
{
    public static void Assign(Ec2State state, QueryParameters query, XmlAnswer answer)
    {
        var row = state.RequireNetworkInterface(query.Required("NetworkInterfaceId"));
        var subnet = state.RequireSubnet(row.SubnetId);
        var request = AddressRequest.Of(query);
        var given = query.List("PrivateIpAddress");
        AddressRequest.Exclude(given.Count > 0, request.Ipv4 > 0, "PrivateIpAddress", "SecondaryPrivateIpAddressCount");
        AddressRequest.Exclude(given.Count > 0, request.Ipv4Prefixes > 0, "PrivateIpAddress", "Ipv4PrefixCount");
        var added = given.Count + request.Ipv4 + request.Ipv4Prefixes;
        if (added == 0)
        {
            throw Ec2Error.MissingParameter("SecondaryPrivateIpAddressCount");
        }

        CheckLimit(state, row, added);
        var (ipv4, prefixes, _, _) =
            given.Count > 0 ? (TakeGiven(state, subnet, given, query.Boolean("AllowReassignment") == true), [], [], []) : request.Take(subnet);
        // Read again: it may have lost one of the addresses to itself.
        row = state.RequireNetworkInterface(row.Id);
        state.NetworkInterfaces.Replace(row with { PrivateIps = [.. row.PrivateIps, .. ipv4], Ipv4Prefixes = [.. row.Ipv4Prefixes, .. prefixes] });
        answer
            .Text("networkInterfaceId", row.Id)
            .Set("assignedPrivateIpAddressesSet", ipv4, static (item, address) => item.Text("privateIpAddress", address))
            .Set("assignedIpv4PrefixSet", prefixes, static (item, prefix) => item.Text("ipv4Prefix", prefix))
            .Flag("return", true);
    }

    public static void Unassign(Ec2State state, QueryParameters query, XmlAnswer answer)
    {
        var row = state.RequireNetworkInterface(query.Required("NetworkInterfaceId"));
        var subnet = state.RequireSubnet(row.SubnetId);
        var addresses = query.List("PrivateIpAddress");
        var prefixes = query.List("Ipv4Prefix");
        if (addresses.Count + prefixes.Count == 0)
        {
            throw Ec2Error.MissingParameter("PrivateIpAddress");
        }

        if (addresses.Intersect(row.PrivateIps.Take(1), StringComparer.Ordinal).Any())
        {
            throw new Ec2Error("InvalidParameterValue", "The primary private IP address cannot be unassigned.");
        }

        RequireAll(row.PrivateIps, addresses);
        RequireAll(row.Ipv4Prefixes, prefixes);
        addresses.ForEach(subnet.Ipv4.Release);
        prefixes.ForEach(subnet.Ipv4.ReleasePrefix);
        state.NetworkInterfaces.Replace(
            row with
            {
                PrivateIps = [.. row.PrivateIps.Except(addresses)],
                Ipv4Prefixes = [.. row.Ipv4Prefixes.Except(prefixes)],
            }
        );
        answer.Flag("return", true);
    }

    public static void RequireAll(IReadOnlyList<string> present, List<string> asked)
    {
        foreach (var address in asked)
        {
            if (!present.Contains(address, StringComparer.Ordinal))
            {
                throw new Ec2Error("InvalidParameterValue", $"Some of the specified addresses are not assigned to the interface: {address}");
            }
        }

        if (asked.Distinct(StringComparer.Ordinal).Count() < asked.Count)
        {
            throw new Ec2Error("InvalidParameterValue", "An address is named twice.");
        }
    }

    public static Ec2Error LimitExceeded(InstanceType type, int count) =>
        new("PrivateIpAddressLimitExceeded", $"Number of private addresses {count} exceeds the limit of {type.Ipv4PerInterface} for {type.Name}.");

    private static void CheckLimit(Ec2State state, NetworkInterface row, int added)
    {
        var count = row.PrivateIps.Count + row.Ipv4Prefixes.Count + added;
        if (row.Attachment is { } attachment && state.Instances[attachment.InstanceId].Type is var type && count > type.Ipv4PerInterface)
        {
            throw LimitExceeded(type, count);
        }
    }

    /// <summary>
    /// All or none. With reassignment a secondary address is taken from whatever interface of the
    /// subnet has it; a primary address or one out of a prefix never is
    /// (docs/reference/ec2.md#addresses-of-an-eni).
    /// </summary>
    private static List<string> TakeGiven(Ec2State state, SubnetState subnet, List<string> given, bool reassign)
    {
        var taken = new List<string>();
        var moved = new List<(NetworkInterface From, string Address)>();
        foreach (var address in given)
        {
            if (subnet.Ipv4.TakeExactly(address))
            {
                taken.Add(address);
                continue;
            }

            if (reassign && Holder(state, subnet, address) is { } holder)
            {
                moved.Add((holder, address));
                continue;
            }

            taken.ForEach(subnet.Ipv4.Release);
            throw subnet.Ipv4.Contains(address)
                ? new Ec2Error("InvalidIPAddress.InUse", $"Address {address} is in use or reserved.")
                : new Ec2Error("InvalidParameterValue", $"Address {address} does not fall within the subnet's address range");
        }

        foreach (var (from, address) in moved)
        {
            var row = state.RequireNetworkInterface(from.Id);
            state.NetworkInterfaces.Replace(row with { PrivateIps = [.. row.PrivateIps.Where(other => other != address)] });
        }

        return given;
    }

    private static NetworkInterface? Holder(Ec2State state, SubnetState subnet, string address) =>
        state
            .NetworkInterfaces.Rows.Where(row => row.SubnetId == subnet.Row.Id)
            .FirstOrDefault(row => row.PrivateIps.Skip(1).Contains(address, StringComparer.Ordinal));
}
