using System.Text.Json;
using System.Text.Json.Nodes;
using MultiEni.Api;
using MultiEni.Simulator.Ec2;
using MultiEni.Simulator.Nodes;

namespace MultiEni.Simulator;

/// <summary>Looks for everything that the product made and did not take away again.</summary>
internal static class Leftovers
{
    private static readonly string[] OwnerTags =
    [
        "networking.k8s.aws/slot",
        "networking.k8s.aws/cluster",
        "NodeENI",
        "kubernetes.io/cluster/managed-by",
    ];

    private static readonly string[] Resources = [Names.NodeEniPlural, Names.EniAttachmentPlural];

    // No device has it: the agent keeps the plugin alive with an entry that matches nothing.
    private const string GuardAddress = "ffff:ff:1f.7";

    internal static async Task<IReadOnlyList<string>> FindAsync(
        SimulatedCluster cluster,
        Administrator administrator,
        string? initialPluginFile,
        CancellationToken cancellationToken
    )
    {
        List<string> found = [];
        foreach (var resource in Resources)
        {
            var names = await administrator.NamesAsync($"apis/{Names.ApiVersion}/{resource}", cancellationToken);
            found.AddRange(names.Select(name => $"{resource}.{Names.Group} {name} exists"));
        }

        found.AddRange(
            cluster
                .Ec2.World.NetworkInterfaces.Where(IsOurs)
                .Select(row => $"network interface {row.Id} exists ({row.Status}, in {row.Attachment?.InstanceId ?? "no instance"})")
        );
        var initial = Entries(initialPluginFile).ToHashSet(StringComparer.Ordinal);
        foreach (var node in cluster.Nodes)
        {
            found.AddRange(node.Host.Devices().SelectMany(OfDevice).Select(words => $"{node.Name}: {words}"));
            var file = cluster.PcidpFile(node.Name);
            var text = File.Exists(file) ? await File.ReadAllTextAsync(file, cancellationToken) : null;
            found.AddRange(Entries(text).Where(entry => !initial.Contains(entry)).Select(entry => $"{node.Name}: device plugin entry {entry}"));
        }

        return found;
    }

    private static bool IsOurs(NetworkInterface row) => OwnerTags.Any(row.Tags.ContainsKey);

    private static IEnumerable<string> OfDevice(SimulatedDevice device)
    {
        if (device.MacAddress is not null && device.Driver != "ena")
        {
            yield return $"{device.Address} has driver {device.Driver ?? "none"} instead of ena";
        }

        if (device.DriverOverride is { } only)
        {
            yield return $"{device.Address} has driver_override {only}";
        }

        if (device.Held)
        {
            yield return $"{device.Address} is held open";
        }
    }

    private static IEnumerable<string> Entries(string? text)
    {
        if (text is null)
        {
            return [];
        }

        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.TryGetProperty("resourceList", out var list)
                ?
                [
                    .. list.EnumerateArray()
                        .Select(static entry => JsonNode.Parse(entry.GetRawText())!.ToJsonString())
                        .Where(entry => !entry.Contains(GuardAddress, StringComparison.Ordinal)),
                ]
                : [];
        }
        catch (JsonException malformed)
        {
            return [$"that cannot be read: {malformed.Message}"];
        }
    }
}
