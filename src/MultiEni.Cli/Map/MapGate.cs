using System.Security.Cryptography;
using System.Text;

namespace MultiEni.Cli.Map;

/// <summary>
/// Who may have the map. The address has a secret that only the user's terminal has shown; a page
/// of another origin that guesses the port has neither it nor an own Host and Origin. Pure.
/// </summary>
/// <param name="port">Port on which it listens.</param>
/// <param name="token">The secret.</param>
internal sealed class MapGate(int port, string token)
{
    private const int HttpPort = 80;

    private readonly byte[] _token = Encoding.UTF8.GetBytes(token);

    // A browser leaves out the port that http has by default.
    private readonly string[] _hosts =
    [
        $"127.0.0.1:{port}",
        $"localhost:{port}",
        .. port == HttpPort ? ["127.0.0.1", "localhost"] : Array.Empty<string>(),
    ];

    /// <summary>
    /// What is asked for, relative to the map's address; null when the request is refused.
    /// </summary>
    /// <param name="host">Header Host: a name that somebody let point to loopback is refused.</param>
    /// <param name="origin">Header Origin; null when absent.</param>
    /// <param name="path">Path of the request.</param>
    public string? Admit(string? host, string? origin, string path)
    {
        if (!_hosts.Contains(host, StringComparer.Ordinal) || (origin is not null && !_hosts.Any(own => origin == $"http://{own}")))
        {
            return null;
        }

        var end = path.IndexOf('/', Math.Min(1, path.Length));
        var said =
            path.Length == 0 ? ""
            : end < 0 ? path[1..]
            : path[1..end];
        return end > 0 && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(said), _token) ? path[(end + 1)..] : null;
    }
}
