using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Serialization;

namespace MultiEni.Manager.Host.Simulated;

/// <summary>
/// A simulated node over HTTP as a <see cref="NodeHost"/>. The protocol is described in
/// <c>SIMULATED.md</c>.
/// </summary>
internal static class SimulatedHostClient
{
    /// <summary>The host at <paramref name="address"/>; nothing is asked yet.</summary>
    /// <param name="address">Where it answers.</param>
    /// <param name="transport">
    /// What carries the requests in place of sockets; null for sockets.
    /// </param>
    /// <exception cref="ArgumentException">
    /// The address is not on loopback: whoever answers there decides what this program believes of
    /// the machine.
    /// </exception>
    public static NodeHost Open(Uri address, HttpMessageHandler? transport = null)
    {
        if (!address.IsLoopback || address.Scheme != Uri.UriSchemeHttp)
        {
            throw new ArgumentException($"{address} is not a loopback address.", nameof(address));
        }

        // A write may take as long as a process holds a device, and the announcements never end.
        var http = new HttpClient(transport ?? new SocketsHttpHandler { UseProxy = false })
        {
            BaseAddress = new Uri(address.AbsoluteUri.TrimEnd('/') + "/"),
            Timeout = Timeout.InfiniteTimeSpan,
        };
        return new NodeHost(
            new SimulatedFiles(http),
            new SimulatedLinks(http),
            new SimulatedEvents(http),
            new SimulatedCounters(http),
            new NoTelemetry()
        );
    }

    internal static async Task<Errno> ErrnoAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        response.EnsureSuccessStatusCode();
        var answer = await response.Content.ReadFromJsonAsync(SimulatedJson.Default.SimulatedAnswer, cancellationToken);
        return (Errno)(answer ?? throw new IOException("The simulated host answered without an error number.")).Errno;
    }

    internal static bool IsAbsent(HttpResponseMessage response) => response.StatusCode == HttpStatusCode.NotFound;
}

/// <summary>What a system call returned.</summary>
internal sealed record SimulatedAnswer
{
    /// <summary>Error number; 0 for success.</summary>
    public int Errno { get; set; }
}

/// <summary>A change of a link; one of the two.</summary>
internal sealed record SimulatedLinkChange
{
    /// <summary>Up or down.</summary>
    public bool? Up { get; set; }

    /// <summary>Bytes.</summary>
    public int? Mtu { get; set; }
}

/// <summary>Something to add or to remove; one of the four.</summary>
internal sealed record SimulatedItemChange
{
    /// <summary>Whether it is to be added.</summary>
    public bool Add { get; set; }

    /// <summary>A further name of a link.</summary>
    public NetworkItem.AlternativeName? AlternativeName { get; set; }

    /// <summary>An address.</summary>
    public LinkAddress? Address { get; set; }

    /// <summary>A route.</summary>
    public Route? Route { get; set; }

    /// <summary>A rule.</summary>
    public RoutingRule? Rule { get; set; }
}

/// <summary>The messages of the protocol in <c>SIMULATED.md</c>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(List<string>))]
[JsonSerializable(typeof(NetworkState))]
[JsonSerializable(typeof(DriverCounters))]
[JsonSerializable(typeof(HostEvent))]
[JsonSerializable(typeof(SimulatedAnswer))]
[JsonSerializable(typeof(SimulatedLinkChange))]
[JsonSerializable(typeof(SimulatedItemChange))]
internal sealed partial class SimulatedJson : JsonSerializerContext;
