using System.Text.Json.Nodes;

namespace MultiEni.Simulator.Nodes.Kubelets;

/// <summary>
/// Devices that the plugins of one node offer. The last plugin to register a resource serves it.
/// </summary>
internal sealed class NodeDevices
{
    private readonly SortedDictionary<string, (DeviceSource Source, IReadOnlyList<string> Devices)> _served = new(StringComparer.Ordinal);

    /// <summary>Healthy devices of a resource.</summary>
    internal IReadOnlyList<string> Of(string resource) => _served.TryGetValue(resource, out var offer) ? offer.Devices : [];

    /// <summary>Who serves a resource, or null when nobody ever did.</summary>
    internal DeviceSource? SourceOf(string resource) => _served.TryGetValue(resource, out var offer) ? offer.Source : null;

    /// <summary>A plugin registered a resource.</summary>
    internal void Register(string resource, DeviceSource source) => _served[resource] = (source, []);

    /// <summary>
    /// The plugin that serves a resource announced its devices; one that was replaced is not heard.
    /// </summary>
    internal void Announce(string resource, DeviceSource source, IReadOnlyList<string> devices)
    {
        if (SourceOf(resource) == source)
        {
            _served[resource] = (source, devices);
        }
    }

    /// <summary>A plugin ended: its resources stay known, with no device.</summary>
    internal void Stop(DeviceSource source)
    {
        foreach (var resource in _served.Where(offer => offer.Value.Source == source).Select(offer => offer.Key).ToList())
        {
            _served[resource] = (source, []);
        }
    }

    /// <summary>What the node counts, as its Node shows it.</summary>
    internal JsonObject Counts() =>
        new([.. _served.Select(offer => KeyValuePair.Create(offer.Key, (JsonNode?)JsonValue.Create(offer.Value.Devices.Count.ToString())))]);
}
