using System.Net;
using System.Text;
using System.Text.Json;
using MultiEni.Ipam.Protocol;

namespace MultiEni.Ipam.Cni;

/// <summary>
/// The network configuration: the whole of it, since an IPAM plugin is given that of the plugin
/// that calls it. Members that are not known here are ignored.
/// </summary>
internal sealed record NetworkConfiguration
{
    // sockaddr_un has 108 bytes, one of them the terminating zero.
    private const int LongestSocket = 107;

    /// <summary>Its name; empty when it has none.</summary>
    public string Name { get; private init; } = "";

    /// <summary>The version of CNI in which it is written.</summary>
    public string? CniVersion { get; private init; }

    /// <summary>The calling plugin.</summary>
    public string? Type { get; private init; }

    /// <summary>
    /// PCI address of the device: the one that the pod was allocated, else the configured one.
    /// </summary>
    public string? DeviceId { get; private init; }

    /// <summary>The host's link: <c>master</c> or, for host-device, <c>device</c>.</summary>
    public string? Link { get; private init; }

    /// <summary>MAC address of the host's link.</summary>
    public string? MacAddress { get; private init; }

    /// <summary>Name of the NodeENI.</summary>
    public string? NodeEni { get; private init; }

    /// <summary>Addresses asked for by the runtime: by capability, else by <c>args</c>.</summary>
    public IReadOnlyList<string> RequestedAddresses { get; private init; } = [];

    /// <summary>Addresses asked for in the definition itself.</summary>
    public IReadOnlyList<string> ConfiguredAddresses { get; private init; } = [];

    /// <summary>Whether the result names the subnet's router.</summary>
    public bool Gateway { get; private init; }

    /// <summary>Routes for the result.</summary>
    public IReadOnlyList<CniRoute> Routes { get; private init; } = [];

    /// <summary>Name servers for the result, as they are.</summary>
    public JsonElement? Dns { get; private init; }

    /// <summary>The ENI manager's socket.</summary>
    public string Socket { get; private init; } = IpamPaths.Socket;

    /// <summary>Folder for notes; see <see cref="IpamPaths.Notes"/>.</summary>
    public string Notes { get; private init; } = IpamPaths.Notes;

    /// <summary>
    /// Addresses of the interface as the previous call's result has them; null without one.
    /// </summary>
    public IReadOnlyList<string>? PreviousAddresses { get; private init; }

    /// <summary>Interfaces that still exist; null when the runtime does not say.</summary>
    public IReadOnlyList<IpamInterface>? Valid { get; private init; }

    /// <summary>Reads it.</summary>
    /// <exception cref="CniException">It cannot be decoded, or a value is none.</exception>
    public static NetworkConfiguration Parse(ReadOnlyMemory<byte> text)
    {
        using var document = Document(text);
        var top = new CniJson(document.RootElement, "");
        var ipam = top.Object("ipam");
        var runtime = top.Object("runtimeConfig");
        var given = Addresses(runtime.Items("ips"));
        return new NetworkConfiguration
        {
            Name = top.Text("name") ?? "",
            CniVersion = top.Text("cniVersion"),
            Type = top.Text("type"),
            DeviceId = runtime.Text("deviceID") ?? top.Text("pciBusID"),
            Link = top.Text("master") ?? top.Text("device"),
            MacAddress = top.Text("hwaddr"),
            NodeEni = ipam.Text("nodeENI"),
            RequestedAddresses = given.Count > 0 ? given : Addresses(top.Object("args").Object("cni").Items("ips")),
            ConfiguredAddresses = Addresses(ipam.Items("addresses")),
            Gateway = ipam.Flag("gateway"),
            Routes = ipam.Objects("routes")?.ConvertAll(CniRoute.Read) ?? [],
            Dns = ipam.Object("dns").Exists ? ipam.Member("dns")!.Value.Clone() : null,
            Socket = Place(ipam, "socket", IpamPaths.Socket),
            Notes = Place(ipam, "notes", IpamPaths.Notes),
            PreviousAddresses = top.Object("prevResult").Objects("ips")?.ConvertAll(ip => ip.Text("address") ?? ""),
            Valid = ValidOf(top),
        };
    }

    private static JsonDocument Document(ReadOnlyMemory<byte> text)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(text);
        }
        catch (JsonException error)
        {
            throw new CniException(
                new CniError(
                    IpamErrorCodes.Undecodable,
                    text.Length == 0
                        ? "There is no network configuration on standard input."
                        : $"The network configuration is no JSON at line {error.LineNumber + 1}, byte {error.BytePositionInLine + 1}.",
                    "Container runtimes write it there; see the NetworkAttachmentDefinition from which they have it."
                )
            );
        }

        if (document.RootElement.ValueKind == JsonValueKind.Object)
        {
            return document;
        }

        using (document)
        {
            throw CniJson.Unexpected("its whole content", document.RootElement, "an object");
        }
    }

    // The static plugin has objects with an address, the capability and args have strings.
    private static List<string> Addresses(List<(JsonElement Value, string Path)>? items)
    {
        var addresses = new List<string>();
        foreach (var (value, path) in items ?? [])
        {
            var (text, name) =
                value.ValueKind == JsonValueKind.Object
                    ? (new CniJson(value, path).Text("address"), $"{path}.address")
                    : (CniJson.TextOf(value, path), path);
            addresses.Add(CheckedAddress(text, name));
        }

        return addresses;
    }

    /// <summary>An address, with or without a prefix length.</summary>
    /// <exception cref="CniException">It is none.</exception>
    public static string CheckedAddress(string? text, string path) =>
        text is not null && CniAddress.TryParse(text, out _, out _)
            ? text
            : throw new CniException(
                new CniError(
                    IpamErrorCodes.InvalidConfiguration,
                    $"{path} is '{text}', which is no address.",
                    "Write an IPv4 or IPv6 address, with or without a prefix length, such as 10.0.1.20 or 10.0.1.20/24."
                )
            );

    private static string Place(CniJson ipam, string name, string fallback)
    {
        var path = ipam.Text(name) ?? fallback;
        return Path.IsPathFullyQualified(path) && Encoding.UTF8.GetByteCount(path) <= LongestSocket
            ? path
            : throw new CniException(
                new CniError(
                    IpamErrorCodes.InvalidConfiguration,
                    $"{ipam.PathOf(name)} is '{path}'.",
                    $"It must be an absolute path of at most {LongestSocket} bytes; without it, {fallback} is used."
                )
            );
    }

    // libcni writes both names, the second for plugins that were written before the specification
    // was corrected.
    private static List<IpamInterface>? ValidOf(CniJson top)
    {
        string[] names = ["cni.dev/valid-attachments", "cni.dev/attachments"];
        return Array.Find(names, top.Has) is not { } name
            ? null
            : top.Objects(name)
                ?.ConvertAll(item => new IpamInterface { ContainerId = item.Text("containerID") ?? "", Interface = item.Text("ifname") ?? "" })
                ?? [];
    }
}

/// <summary>Addresses as configurations and results write them.</summary>
internal static class CniAddress
{
    /// <summary>Parses an address with or without a prefix length.</summary>
    public static bool TryParse(string text, out IPAddress address, out int? prefixLength)
    {
        var slash = text.IndexOf('/');
        prefixLength = null;
        var isAddress = IPAddress.TryParse(slash < 0 ? text : text[..slash], out var parsed);
        address = parsed ?? IPAddress.None;
        // "10.1" and "1" are addresses for IPAddress.
        if (!isAddress || (!text.Contains(':') && text.Count(character => character == '.') != 3))
        {
            return false;
        }

        if (slash < 0)
        {
            return true;
        }

        var isLength = byte.TryParse(text.AsSpan(slash + 1), out var length) && length <= address.GetAddressBytes().Length * 8;
        prefixLength = length;
        return isLength;
    }
}
