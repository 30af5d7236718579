using System.Text.Json;
using System.Text.Json.Nodes;

namespace MultiEni.Cli.Demo;

/// <summary>A network that a pod asks Multus for.</summary>
/// <param name="Namespace">Namespace of its definition.</param>
/// <param name="Name">Name of its definition.</param>
/// <param name="Interface">Name of the interface in the pod.</param>
/// <param name="Addresses">Addresses that are asked for by name.</param>
internal sealed record NetworkSelection(string Namespace, string Name, string Interface, IReadOnlyList<string> Addresses)
{
    private const string Annotation = "k8s.v1.cni.cncf.io/networks";

    /// <summary>
    /// The networks of a pod's annotation, in either of its forms: <c>[namespace/]name[@interface]</c>
    /// separated by commas, or a JSON list.
    /// </summary>
    /// <exception cref="DemoException">It has neither form.</exception>
    public static IReadOnlyList<NetworkSelection> Of(JsonObject pod)
    {
        if (pod["metadata"]?["annotations"]?[Annotation]?.GetValue<string>().Trim() is not { Length: > 0 } text)
        {
            return [];
        }

        var home = pod["metadata"]!["namespace"]?.GetValue<string>() ?? "default";
        try
        {
            return text[0] == '['
                ? [.. JsonNode.Parse(text)!.AsArray().Select((item, index) => OfObject(item!.AsObject(), home, index))]
                : [.. text.Split(',').Select((item, index) => OfText(item.Trim(), home, index))];
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException or NullReferenceException)
        {
            throw new DemoException($"{DemoApi.NameOf(pod)}: the annotation {Annotation} is not what Multus reads: {text}");
        }
    }

    private static NetworkSelection OfObject(JsonObject item, string home, int index) =>
        new(
            item["namespace"]?.GetValue<string>() ?? home,
            item["name"]!.GetValue<string>(),
            item["interface"]?.GetValue<string>() ?? Default(index),
            [.. (item["ips"]?.AsArray() ?? []).Select(address => address!.GetValue<string>())]
        );

    private static NetworkSelection OfText(string item, string home, int index)
    {
        var (network, inPod) = item.Split('@', 2) is [var before, var after] ? (before, after) : (item, Default(index));
        return network.Split('/', 2) is [var space, var name] ? new(space, name, inPod, []) : new(home, network, inPod, []);
    }

    // Multus numbers them from the second interface of the pod on.
    private static string Default(int index) => $"net{index + 1}";
}
