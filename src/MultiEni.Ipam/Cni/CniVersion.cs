using System.Buffers;
using System.Text.Json;
using MultiEni.Ipam.Protocol;

namespace MultiEni.Ipam.Cni;

/// <summary>The versions of CNI that this plugin speaks.</summary>
internal sealed record CniVersion
{
    private static readonly CniVersion[] Known =
    [
        new() { Name = "0.3.0", HasIpVersion = true },
        new() { Name = "0.3.1", HasIpVersion = true },
        new()
        {
            Name = "0.4.0",
            HasIpVersion = true,
            HasCheck = true,
        },
        new() { Name = "1.0.0", HasCheck = true },
        new()
        {
            Name = "1.1.0",
            HasCheck = true,
            HasGcAndStatus = true,
            HasRouteOptions = true,
        },
    ];

    private CniVersion() { }

    /// <summary>The latest one.</summary>
    public static CniVersion Latest => Known[^1];

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> Supported { get; } = [.. Known.Select(version => version.Name)];

    /// <summary>As a configuration names it.</summary>
    public required string Name { get; init; }

    /// <summary>Whether each address of a result says <c>version: "4"</c> or <c>"6"</c>.</summary>
    public bool HasIpVersion { get; private init; }

    /// <summary>Whether there is CHECK.</summary>
    public bool HasCheck { get; private init; }

    /// <summary>Whether there are GC and STATUS.</summary>
    public bool HasGcAndStatus { get; private init; }

    /// <summary>Whether routes have more than destination and gateway.</summary>
    public bool HasRouteOptions { get; private init; }

    /// <summary>The version of that name; null when it is not supported.</summary>
    public static CniVersion? Find(string? name) => Array.Find(Known, version => version.Name == name);

    /// <summary>The version of that name, in which the command exists.</summary>
    /// <exception cref="CniException">It is not supported, or lacks the command.</exception>
    public static CniVersion Demand(string? name, string command)
    {
        if (Find(name) is not { } version)
        {
            var text = name is null ? "has no cniVersion" : $"has cniVersion '{name}'";
            throw new CniException(
                new CniError(
                    IpamErrorCodes.IncompatibleVersion,
                    $"The network configuration {text}, which {IpamPaths.Plugin} does not support.",
                    $"Set cniVersion to one of {string.Join(", ", Supported)}."
                )
            );
        }

        var since = command switch
        {
            IpamCommands.Check when !version.HasCheck => "0.4.0",
            IpamCommands.Gc or IpamCommands.Status when !version.HasGcAndStatus => "1.1.0",
            _ => null,
        };
        return since is null
            ? version
            : throw new CniException(
                new CniError(
                    IpamErrorCodes.IncompatibleVersion,
                    $"The network configuration has cniVersion '{name}', in which there is no {command}.",
                    $"Set cniVersion to {since} or later."
                )
            );
    }

    /// <summary>The answer to VERSION.</summary>
    /// <param name="asked">The version that was asked in, if any.</param>
    public static ReadOnlyMemory<byte> Answer(string? asked)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteString("cniVersion", string.IsNullOrEmpty(asked) ? Latest.Name : asked);
        json.WriteStartArray("supportedVersions");
        foreach (var name in Supported)
        {
            json.WriteStringValue(name);
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }
}
