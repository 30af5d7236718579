using MultiEni.Simulator.Ec2.Protocol;
using MultiEni.Simulator.Ec2.State;

namespace MultiEni.Simulator.Ec2.Actions;

/// <summary>
/// How many addresses of which form a call wants; count and prefix forms of one family exclude each
/// other (docs/reference/ec2.md#parameters).
/// </summary>
internal readonly record struct AddressRequest(int Ipv4, int Ipv4Prefixes, int Ipv6, int Ipv6Prefixes)
{
    /// <summary>Reads it from a call.</summary>
    /// <param name="query">The call.</param>
    /// <param name="namesIpv6">Whether the caller reads IPv6 addresses that are named itself.</param>
    public static AddressRequest Of(QueryParameters query, bool namesIpv6 = false)
    {
        foreach (var form in new[] { "Ipv4Prefix.", "Ipv6Prefix.", "Ipv6Addresses." })
        {
            if (query.HasAny(form) && !(namesIpv6 && form == "Ipv6Addresses."))
            {
                throw new Ec2Error("UnsupportedOperation", $"This simulator has the counted form only, not {form}N.");
            }
        }

        var request = new AddressRequest(
            query.Count("SecondaryPrivateIpAddressCount"),
            query.Count("Ipv4PrefixCount"),
            query.Count("Ipv6AddressCount"),
            query.Count("Ipv6PrefixCount")
        );
        Exclude(request.Ipv4 > 0, request.Ipv4Prefixes > 0, "SecondaryPrivateIpAddressCount", "Ipv4PrefixCount");
        Exclude(request.Ipv6 > 0, request.Ipv6Prefixes > 0, "Ipv6AddressCount", "Ipv6PrefixCount");
        return request;
    }

    public static void Exclude(bool one, bool other, string oneName, string otherName)
    {
        if (one && other)
        {
            throw new Ec2Error("InvalidParameterCombination", $"The parameters {oneName} and {otherName} cannot be used together.");
        }
    }

    /// <summary>Takes all of it from the subnet, or throws and takes nothing.</summary>
    public (List<string> Ipv4, List<string> Ipv4Prefixes, List<string> Ipv6, List<string> Ipv6Prefixes) Take(SubnetState subnet)
    {
        if ((Ipv6 > 0 || Ipv6Prefixes > 0) && subnet.Ipv6 is null)
        {
            throw new Ec2Error("InvalidParameterValue", $"The subnet '{subnet.Row.Id}' has no IPv6 CIDR block.");
        }

        var ipv4 = subnet.Ipv4.Take(Ipv4) ?? throw TooFew(subnet);
        if (subnet.Ipv4.TakePrefixes(Ipv4Prefixes) is not { } prefixes)
        {
            ipv4.ForEach(subnet.Ipv4.Release);
            throw new Ec2Error(
                "InsufficientCidrBlocks",
                $"The specified subnet '{subnet.Row.Id}' does not have enough free cidr blocks to satisfy the request."
            );
        }

        return (ipv4, prefixes, subnet.Ipv6?.Take(Ipv6) ?? [], subnet.Ipv6?.TakePrefixes(Ipv6Prefixes) ?? []);
    }

    public static Ec2Error TooFew(SubnetState subnet) =>
        new(
            "InsufficientFreeAddressesInSubnet",
            $"The specified subnet '{subnet.Row.Id}' does not have enough free addresses to satisfy the request."
        );
}
