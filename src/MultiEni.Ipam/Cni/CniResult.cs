using System.Buffers;
using System.Text.Json;
using MultiEni.Ipam.Protocol;

namespace MultiEni.Ipam.Cni;

/// <summary>The result of ADD, in the shape of the version that was asked in.</summary>
internal static class CniResult
{
    /// <summary>
    /// Writes it: addresses, routes and name servers. Interfaces are the calling plugin's.
    /// </summary>
    public static ReadOnlyMemory<byte> Write(CniVersion version, IReadOnlyList<IpamAddress> addresses, NetworkConfiguration configuration)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteString("cniVersion", version.Name);
        json.WriteStartArray("ips");
        foreach (var address in addresses)
        {
            json.WriteStartObject();
            if (version.HasIpVersion)
            {
                json.WriteString("version", IsIpv6(address) ? "6" : "4");
            }

            json.WriteString("address", address.Address);
            if (configuration.Gateway && address.Gateway is { } gateway)
            {
                json.WriteString("gateway", gateway);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        WriteRoutes(json, version, addresses, configuration.Routes);
        json.WritePropertyName("dns");
        if (configuration.Dns is { } dns)
        {
            dns.WriteTo(json);
        }
        else
        {
            json.WriteStartObject();
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }

    private static void WriteRoutes(Utf8JsonWriter json, CniVersion version, IReadOnlyList<IpamAddress> addresses, IReadOnlyList<CniRoute> routes)
    {
        if (routes.Count == 0)
        {
            return;
        }

        json.WriteStartArray("routes");
        foreach (var route in routes)
        {
            json.WriteStartObject();
            json.WriteString("dst", route.Destination);
            // A route without a router would have the pod ask for the hardware address of each
            // destination, which a VPC answers for none beyond the subnet.
            if ((route.Gateway ?? addresses.FirstOrDefault(address => IsIpv6(address) == route.IsIpv6)?.Gateway) is { } gateway)
            {
                json.WriteString("gw", gateway);
            }

            foreach (var (name, value) in version.HasRouteOptions ? route.Options : [])
            {
                json.WriteNumber(name, value);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static bool IsIpv6(IpamAddress address) => address.Address.Contains(':');
}
