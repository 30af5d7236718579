using MultiEni.Simulator.Ec2.Protocol;
using MultiEni.Simulator.Ec2.State;

namespace MultiEni.Simulator.Ec2.Actions;

/// <summary>
/// Creates an interface in <c>pending</c> with source/destination check on
/// (docs/reference/ec2.md#parameters, docs/reference/ec2.md#states). A known client token gives the
/// same interface in its present state; the last state of one that has been deleted since
/// (docs/reference/ec2.md#client-tokens).
/// </summary>
internal static class CreateNetworkInterface
{
    public static void Execute(Ec2State state, QueryParameters query, XmlAnswer answer)
    {
        var subnet = state.RequireSubnet(query.Required("SubnetId"));
        var token = query.Text("ClientToken");
        if (token?.Length > 64)
        {
            throw new Ec2Error("InvalidParameterValue", "The client token has more than 64 characters.");
        }

        var entry = token is null ? null : state.Tokens.Find(token, query, state.Now);
        if (entry is null)
        {
            entry = Create(state, query, subnet);
            if (token is not null)
            {
                state.Tokens.Add(token, query, entry, state.Now);
            }
        }

        answer.Begin("networkInterface");
        NetworkInterfaceXml.Write(state, answer, entry.Row);
        answer.End("networkInterface").Text("clientToken", token);
    }

    private static NetworkInterfaceEntry Create(Ec2State state, QueryParameters query, SubnetState subnet)
    {
        var tags = Tags.OfSpecifications(query, "network-interface", state.Options.TagsPerResource);
        var groups = state.RequireGroups(query.List("SecurityGroupId"), subnet.Row.VpcId);
        var interfaceType = query.Text("InterfaceType") switch
        {
            null or "interface" => "interface",
            "efa" or "efa-only" or "trunk" or "branch" => query.Required("InterfaceType"),
            var other => throw Ec2Error.InvalidValue(other, "interfaceType"),
        };
        var request = AddressRequest.Of(query);
        var (primary, given) = GivenAddresses(query, subnet);
        AddressRequest.Exclude(given.Count > 0, request.Ipv4 > 0, "PrivateIpAddresses", "SecondaryPrivateIpAddressCount");
        AddressRequest.Exclude(given.Count > 0, request.Ipv4Prefixes > 0, "PrivateIpAddresses", "Ipv4PrefixCount");
        if (state.NetworkInterfaces.Count >= state.Options.NetworkInterfaceQuota)
        {
            throw new Ec2Error(
                "NetworkInterfaceLimitExceeded",
                $"You have reached the limit of {state.Options.NetworkInterfaceQuota} network interfaces in this Region."
            );
        }

        var row = Allocate(state, subnet, request, primary, given);
        if (query.Boolean("EnablePrimaryIpv6") == true)
        {
            row = PrimaryIpv6.Enable(row);
        }

        row = row with
        {
            Description = query.Text("Description") ?? "",
            InterfaceType = interfaceType,
            GroupIds = groups,
            Tags = tags,
            ConnectionTracking = ConnectionTrackingRequest.Of(query, present: null),
        };
        state.NetworkInterfaces.Add(row, state.Now + state.Options.CreationVisibleAfter);
        state.Lifecycle.Created(row.Id);
        return state.NetworkInterfaces.Find(row.Id)!;
    }

    /// <summary>
    /// An interface with the addresses it wants, which are taken from the subnet all or none.
    /// </summary>
    public static NetworkInterface Allocate(
        Ec2State state,
        SubnetState subnet,
        AddressRequest request,
        string? primary,
        IReadOnlyList<string> secondaries
    )
    {
        if (subnet.Row.Ipv6Native)
        {
            // Every interface has an address, here of the only family there is; the code and text
            // for IPv4 are not confirmed.
            request =
                request.Ipv4 + request.Ipv4Prefixes > 0 || primary is not null
                    ? throw new Ec2Error(
                        "InvalidParameterCombination",
                        $"IPv4 addresses cannot be assigned in the IPv6-only subnet '{subnet.Row.Id}'."
                    )
                    : request with
                    {
                        Ipv6 = request.Ipv6Prefixes > 0 ? 0 : Math.Max(request.Ipv6, 1),
                    };
        }
        else if (request.Ipv4 + (primary is null ? 1 : 0) + secondaries.Count > subnet.Ipv4.Free)
        {
            throw AddressRequest.TooFew(subnet);
        }

        List<string> taken = [];
        try
        {
            foreach (var address in primary is null ? secondaries : [primary, .. secondaries])
            {
                taken.Add(
                    subnet.Ipv4.TakeExactly(address)
                        ? address
                        : throw new Ec2Error("InvalidIPAddress.InUse", $"Address {address} is in use or reserved.")
                );
            }

            if (primary is null && !subnet.Row.Ipv6Native)
            {
                taken.InsertRange(0, subnet.Ipv4.Take(1)!);
            }

            var more = request.Take(subnet);
            var place = subnet.Row;
            return new NetworkInterface(
                state.Ids.Id("eni-"),
                state.Ids.Mac(),
                place.Id,
                place.VpcId,
                place.AvailabilityZone,
                [.. taken, .. more.Ipv4]
            )
            {
                Ipv4Prefixes = more.Ipv4Prefixes,
                Ipv6Addresses = more.Ipv6,
                Ipv6Prefixes = more.Ipv6Prefixes,
            };
        }
        catch (Ec2Error)
        {
            taken.ForEach(subnet.Ipv4.Release);
            throw;
        }
    }

    private static (string? Primary, List<string> Secondaries) GivenAddresses(QueryParameters query, SubnetState subnet)
    {
        var primary = query.Text("PrivateIpAddress");
        var secondaries = new List<string>();
        foreach (var prefix in query.Structures("PrivateIpAddresses", "PrivateIpAddress"))
        {
            var address = query.Required($"{prefix}PrivateIpAddress");
            if (query.Boolean($"{prefix}Primary") != true)
            {
                secondaries.Add(address);
                continue;
            }

            primary = primary is null
                ? address
                : throw new Ec2Error("InvalidParameterCombination", "Only one primary private IP address can be specified.");
        }

        foreach (var address in primary is null ? secondaries : [primary, .. secondaries])
        {
            if (!subnet.Ipv4.Contains(address))
            {
                throw new Ec2Error("InvalidParameterValue", $"Address {address} does not fall within the subnet's address range");
            }
        }

        return (primary, secondaries);
    }
}
