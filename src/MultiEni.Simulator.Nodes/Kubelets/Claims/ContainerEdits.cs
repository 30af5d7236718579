using System.Text.Json.Nodes;

namespace MultiEni.Simulator.Nodes.Kubelets.Claims;

/// <summary>
/// What CDI devices do to a container, read as a container runtime reads it
/// (https://github.com/cncf-tags/container-device-interface/blob/main/SPEC.md).
/// </summary>
/// <param name="Environment">Environment variables.</param>
/// <param name="DeviceNodes">Host path by container path.</param>
/// <param name="Mounts">Host path by container path.</param>
internal sealed record ContainerEdits(
    IReadOnlyDictionary<string, string> Environment,
    IReadOnlyDictionary<string, string> DeviceNodes,
    IReadOnlyDictionary<string, string> Mounts
)
{
    /// <summary>Reads the edits of devices.</summary>
    /// <param name="folder">The folder of CDI files.</param>
    /// <param name="names">Full names of the devices.</param>
    /// <exception cref="PluginCallException">A device is in no file.</exception>
    internal static ContainerEdits Read(string folder, IEnumerable<string> names)
    {
        var files = Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder, "*.json").Select(file => JsonNode.Parse(File.ReadAllText(file))!.AsObject()).ToList()
            : [];
        var environment = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var nodes = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var mounts = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var edits in names.Select(name => Find(files, name)))
        {
            foreach (var variable in Array(edits, "env").Select(entry => entry.GetValue<string>().Split('=', 2)))
            {
                environment[variable[0]] = variable[1];
            }

            foreach (var node in Array(edits, "deviceNodes"))
            {
                nodes[Text(node, "path")!] = Text(node, "hostPath") ?? Text(node, "path")!;
            }

            foreach (var mount in Array(edits, "mounts"))
            {
                mounts[Text(mount, "containerPath")!] = Text(mount, "hostPath")!;
            }
        }

        return new ContainerEdits(environment, nodes, mounts);
    }

    private static JsonNode? Find(IEnumerable<JsonObject> files, string name)
    {
        var parts = name.Split('=', 2);
        return files
                .Where(file => Text(file, "kind") == parts[0])
                .SelectMany(file => Array(file, "devices"))
                .FirstOrDefault(device => Text(device, "name") == parts[1])
                ?["containerEdits"]
            ?? throw new PluginCallException($"unresolvable CDI devices {name}", inner: null);
    }

    private static IEnumerable<JsonNode> Array(JsonNode? parent, string field) => (parent?[field] as JsonArray ?? []).OfType<JsonNode>();

    private static string? Text(JsonNode? parent, string field) => parent?[field]?.GetValue<string>();
}
