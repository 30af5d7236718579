using System.Globalization;
using System.Net;

namespace MultiEni.Operator.Diagnostics;

/// <summary>An address to listen on, as Go programs take it.</summary>
/// <param name="Host">The address, or null for all of them.</param>
/// <param name="Port">The port; 0 lets the system choose.</param>
/// <param name="IsDisabled">Do not listen at all.</param>
public readonly record struct ListenAddress(IPAddress? Host, int Port, bool IsDisabled)
{
    /// <summary>Reads <c>:8080</c>, <c>8080</c>, <c>127.0.0.1:8080</c>, <c>[::1]:8080</c>, <c>localhost:8080</c>, or <c>0</c> for not at all.</summary>
    /// <exception cref="FormatException">Says what is allowed.</exception>
    public static ListenAddress Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text is "0" or "")
        {
            return new(null, 0, true);
        }

        var colon = text.LastIndexOf(':');
        var host = text[..Math.Max(colon, 0)];
        if (int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= IPEndPoint.MaxPort)
        {
            switch (host)
            {
                case "":
                    return new(null, port, false);
                case "localhost":
                    return new(IPAddress.Loopback, port, false);
                default:
                    var bare = host is ['[', .., ']'] ? host[1..^1] : host;
                    if (IPAddress.TryParse(bare, out var address))
                    {
                        return new(address, port, false);
                    }

                    break;
            }
        }

        throw new FormatException("an address such as :8080 or 127.0.0.1:8080, or 0 to listen nowhere");
    }
}
