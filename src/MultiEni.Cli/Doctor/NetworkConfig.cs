using System.Text.Json;

namespace MultiEni.Cli.Doctor;

/// <summary>A plugin of a network definition that takes addresses from an IPAM plugin.</summary>
/// <param name="Link">The link of the host that it uses; null when the pod's device decides.</param>
/// <param name="Ipam">The IPAM plugin.</param>
/// <param name="NodeEni">The NodeENI that eni-ipam is told, if it is.</param>
internal sealed record NetworkConfig(string? Link, string Ipam, string? NodeEni = null)
{
    /// <summary>
    /// The plugins of a CNI configuration, a single one or a list. What is none has none: Multus
    /// tells that itself.
    /// </summary>
    public static IReadOnlyList<NetworkConfig> Parse(string? config)
    {
        try
        {
            using var document = JsonDocument.Parse(config ?? "{}");
            var root = document.RootElement;
            return root.ValueKind != JsonValueKind.Object ? []
                : root.TryGetProperty("plugins", out var plugins) && plugins.ValueKind == JsonValueKind.Array
                    ? [.. plugins.EnumerateArray().Select(Of).OfType<NetworkConfig>()]
                : Of(root) is { } single ? [single]
                : [];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    private static NetworkConfig? Of(JsonElement plugin) =>
        plugin.ValueKind == JsonValueKind.Object
        && plugin.TryGetProperty("ipam", out var ipam)
        && ipam.ValueKind == JsonValueKind.Object
        && Text(ipam, "type") is { } type
            ? new NetworkConfig(Text(plugin, "master") ?? Text(plugin, "device"), type, Text(ipam, "nodeENI"))
            : null;

    private static string? Text(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text
            ? text
            : null;
}
