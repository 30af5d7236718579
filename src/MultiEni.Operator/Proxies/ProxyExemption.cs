using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace MultiEni.Operator.Proxies;

/// <summary>One entry of <c>NO_PROXY</c>: destinations that are reached directly.</summary>
internal abstract record ProxyExemption
{
    private ProxyExemption() { }

    /// <summary>Whether it is about a destination.</summary>
    /// <param name="host">Name in lower case and punycode, or address without brackets.</param>
    /// <param name="address">The address, when the host is one.</param>
    /// <param name="port">The port.</param>
    public abstract bool Covers(string host, IPAddress? address, int port);

    /// <summary>
    /// The entries of the variable. Those that mean nothing are left out, as Go does.
    /// </summary>
    public static List<ProxyExemption> ParseList(string variable)
    {
        var exemptions = new List<ProxyExemption>();
        foreach (var entry in variable.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (Parse(entry.ToLowerInvariant()) is { } exemption)
            {
                exemptions.Add(exemption);
            }
        }

        return exemptions;
    }

    /// <summary>An IPv4 address written as IPv6 is the IPv4 address.</summary>
    public static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private static ProxyExemption? Parse(string entry)
    {
        if (entry == "*")
        {
            return new All();
        }

        if (ParseNetwork(entry) is { } network)
        {
            return network;
        }

        var (host, port) = SplitPort(entry);
        if (host.Length == 0)
        {
            return null;
        }

        if (ParseAddress(host) is { } address)
        {
            return new Address(address, port);
        }

        // "example.com" is the domain with all below it, ".example.com" and "*.example.com" are
        // what is below it.
        var suffix = host.StartsWith("*.", StringComparison.Ordinal) ? host[1..] : host;
        return suffix[0] == '.' ? new Domain(Ascii(suffix[1..]), port, SubdomainsOnly: true) : new Domain(Ascii(suffix), port, SubdomainsOnly: false);
    }

    private static Network? ParseNetwork(string entry)
    {
        var slash = entry.IndexOf('/', StringComparison.Ordinal);
        if (
            slash < 0
            || ParseAddress(entry[..slash], keepMapped: true) is not { } address
            || !int.TryParse(entry.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var bits)
            || bits > address.GetAddressBytes().Length * 8
        )
        {
            return null;
        }

        return address.IsIPv4MappedToIPv6 ? new Network(address.MapToIPv4(), Math.Max(0, bits - 96)) : new Network(address, bits);
    }

    // .NET takes "1", "0x7f.1" and "[::1]:80" for addresses too, Go does not.
    private static IPAddress? ParseAddress(string text, bool keepMapped = false)
    {
        if (text.AsSpan().IndexOfAny("[]%") >= 0 || !IPAddress.TryParse(text, out var address))
        {
            return null;
        }

        var isStrict = address.AddressFamily == AddressFamily.InterNetworkV6 || address.ToString() == text;
        return !isStrict ? null
            : keepMapped ? address
            : Plain(address);
    }

    // "host:port" and "[address]:port"; anything else has no port, such as an IPv6 address without
    // brackets.
    private static (string Host, string Port) SplitPort(string entry)
    {
        var colon = entry.LastIndexOf(':');
        if (colon < 0)
        {
            return (entry, "");
        }

        var (host, port) = (entry[..colon], entry[(colon + 1)..]);
        var inner = host is ['[', .. var bracketed, ']'] ? bracketed : host;
        var isSplit =
            inner.AsSpan().IndexOfAny("[]") < 0
            && port.AsSpan().IndexOfAny("[]") < 0
            && (inner != host || !host.Contains(':', StringComparison.Ordinal));
        return isSplit ? (inner, port) : (entry, "");
    }

    private static string Ascii(string name)
    {
        try
        {
            return new IdnMapping().GetAscii(name);
        }
        catch (ArgumentException)
        {
            return name;
        }
    }

    private static bool IsPort(string wanted, int port) => wanted.Length == 0 || wanted == port.ToString(CultureInfo.InvariantCulture);

    private sealed record All : ProxyExemption
    {
        public override bool Covers(string host, IPAddress? address, int port) => true;
    }

    private sealed record Address(IPAddress Wanted, string Port) : ProxyExemption
    {
        public override bool Covers(string host, IPAddress? address, int port) => Wanted.Equals(address) && IsPort(Port, port);
    }

    private sealed record Network(IPAddress Start, int Bits) : ProxyExemption
    {
        public override bool Covers(string host, IPAddress? address, int port)
        {
            if (address?.AddressFamily != Start.AddressFamily)
            {
                return false;
            }

            var (start, other) = (Start.GetAddressBytes(), address.GetAddressBytes());
            for (var bit = 0; bit < Bits; bit++)
            {
                var mask = 0x80 >> (bit % 8);
                if ((start[bit / 8] & mask) != (other[bit / 8] & mask))
                {
                    return false;
                }
            }

            return true;
        }
    }

    private sealed record Domain(string Name, string Port, bool SubdomainsOnly) : ProxyExemption
    {
        public override bool Covers(string host, IPAddress? address, int port) =>
            address is null && ((!SubdomainsOnly && host == Name) || host.EndsWith($".{Name}", StringComparison.Ordinal)) && IsPort(Port, port);
    }
}
