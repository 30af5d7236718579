using System.Net;
using System.Text.Json;
using MultiEni.Ipam.Protocol;

namespace MultiEni.Ipam.Cni;

/// <summary>A route of the configuration, for the result.</summary>
internal sealed record CniRoute
{
    // Of CNI 1.1.0; all are numbers.
    private static readonly string[] OptionNames = ["mtu", "advmss", "priority", "table", "scope"];

    /// <summary>Destination in CIDR notation.</summary>
    public required string Destination { get; init; }

    /// <summary>The router; null for that of the interface's subnet.</summary>
    public string? Gateway { get; init; }

    /// <summary>What CNI 1.1.0 has besides.</summary>
    public IReadOnlyList<KeyValuePair<string, long>> Options { get; init; } = [];

    /// <summary>Whether it is one of IPv6.</summary>
    public bool IsIpv6 => Destination.Contains(':');

    /// <summary>Reads one.</summary>
    /// <exception cref="CniException">A value is none.</exception>
    public static CniRoute Read(CniJson route)
    {
        var destination = route.Text("dst");
        if (destination is null || !CniAddress.TryParse(destination, out _, out var length) || length is null)
        {
            throw Wrong(route.PathOf("dst"), destination, "a destination in CIDR notation, such as 0.0.0.0/0 or 10.0.0.0/8");
        }

        var gateway = route.Text("gw");
        if (gateway is not null && (!IPAddress.TryParse(gateway, out _) || gateway.Contains(':') != destination.Contains(':')))
        {
            throw Wrong(route.PathOf("gw"), gateway, $"an address of the family of {destination}; without it, the subnet's router is used");
        }

        return new CniRoute
        {
            Destination = destination,
            Gateway = gateway,
            Options =
            [
                .. from name in OptionNames
                let value = route.Member(name)
                where value is not null
                select new KeyValuePair<string, long>(name, Number(value.Value, route.PathOf(name))),
            ],
        };
    }

    private static long Number(JsonElement value, string path) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number)
            ? number
            : throw CniJson.Unexpected(path, value, "a whole number");

    private static CniException Wrong(string path, string? value, string expected) =>
        new(
            new CniError(
                IpamErrorCodes.InvalidConfiguration,
                value is null ? $"{path} is missing." : $"{path} is '{value}'.",
                $"It must be {expected}."
            )
        );
}
