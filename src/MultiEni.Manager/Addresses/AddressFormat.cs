using System.Net;
using MultiEni.Ipam.Protocol;
using MultiEni.Manager.Devices;

namespace MultiEni.Manager.Addresses;

/// <summary>How an address is told to a pod.</summary>
internal static class AddressFormat
{
    /// <summary>
    /// With the prefix length of its subnet, and the subnet's router: IPv6 routers announce
    /// themselves.
    /// </summary>
    public static IpamAddress Of(EniAddresses eni, string text)
    {
        var address = IPAddress.Parse(text);
        // It was known when the address was given, and a subnet's range never changes.
        var subnet = eni.SubnetOf(address);
        return new IpamAddress
        {
            Address = $"{text}/{subnet?.PrefixLength ?? address.GetAddressBytes().Length * 8}",
            Gateway = EniNetwork.RouterOf(subnet?.ToString()),
        };
    }
}
