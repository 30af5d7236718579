using System.Globalization;
using System.Net;
using System.Net.Sockets;
using MultiEni.Simulator.Kubernetes.Schema.Cel;

namespace MultiEni.Simulator.Kubernetes.Schema;

/// <summary>The formats of strings that are checked. Formats that the API server does not know are ignored by it, and so here.</summary>
internal static class StringFormats
{
    public static bool Fits(string? format, string text) =>
        format switch
        {
            "date-time" => Rfc3339.TryParse(text, out _),
            "date" => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
            "duration" => GoDuration.TryParse(text, out _),
            "ipv4" => IPAddress.TryParse(text, out var four) && four.AddressFamily == AddressFamily.InterNetwork && text.Count('.') == 3,
            "ipv6" => IPAddress.TryParse(text, out var six) && six.AddressFamily == AddressFamily.InterNetworkV6,
            "uuid" => Guid.TryParseExact(text, "D", out _) || Guid.TryParseExact(text, "N", out _),
            _ => true,
        };
}
