using System.Text.Json.Nodes;

namespace MultiEni.Chart.Tests;

/// <summary>The objects of one rendering.</summary>
internal sealed record Rendered(IReadOnlyList<JsonObject> Documents)
{
    public JsonObject Controller => Get("Deployment", "eni-controller");

    public JsonObject Manager => Get("DaemonSet", "eni-manager");

    public JsonObject Get(string kind, string name) =>
        Find(kind, name) ?? throw new Xunit.Sdk.XunitException($"there is no {kind} {name}; there are {string.Join(", ", Names())}");

    public JsonObject? Find(string kind, string name) =>
        Documents.FirstOrDefault(document => document["kind"]!.GetValue<string>() == kind && NameOf(document) == name);

    public IEnumerable<JsonObject> OfKind(string kind) => Documents.Where(document => document["kind"]!.GetValue<string>() == kind);

    public IEnumerable<string> Names() => Documents.Select(document => $"{document["kind"]} {NameOf(document)}").Order(StringComparer.Ordinal);

    /// <summary>The spec of a workload's pods.</summary>
    public static JsonObject PodOf(JsonObject workload) => workload["spec"]!["template"]!["spec"]!.AsObject();

    public static JsonObject ContainerOf(JsonObject workload) => PodOf(workload)["containers"]![0]!.AsObject();

    /// <summary>
    /// The variables of a container; those taken from the pod have the path as a value.
    /// </summary>
    public static Dictionary<string, string> EnvironmentOf(JsonObject container) =>
        (container["env"]?.AsArray() ?? []).ToDictionary(
            entry => entry!["name"]!.GetValue<string>(),
            entry => entry!["value"]?.GetValue<string>() ?? entry["valueFrom"]!["fieldRef"]!["fieldPath"]!.GetValue<string>(),
            StringComparer.Ordinal
        );

    /// <summary>
    /// The value at a path such as <c>spec/replicas</c> or <c>containers/0/env/NAME</c>, as JSON
    /// text; null when there is none.
    /// </summary>
    public static string? At(JsonNode? node, string path)
    {
        // Names with a slash of their own are written with a tilde in its place.
        foreach (var step in path.Split('/').Select(part => part.Replace('~', '/')))
        {
            node = node switch
            {
                JsonArray list when int.TryParse(step, out var index) => index < list.Count ? list[index] : null,
                JsonArray list => list.FirstOrDefault(entry => entry?["name"]?.GetValue<string>() == step),
                JsonObject map => map[step],
                _ => null,
            };
        }

        return node?.ToJsonString();
    }

    private static string NameOf(JsonObject document) => document["metadata"]!["name"]!.GetValue<string>();
}
