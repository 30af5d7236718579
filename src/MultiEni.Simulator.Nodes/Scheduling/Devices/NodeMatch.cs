using System.Globalization;
using System.Text.Json.Nodes;

namespace MultiEni.Simulator.Nodes.Scheduling.Devices;

/// <summary>Whether something is for a node.</summary>
internal static class NodeMatch
{
    /// <summary>
    /// By <c>nodeName</c>, <c>nodeSelector</c> or <c>allNodes</c>, of which one is set.
    /// </summary>
    internal static bool Has(JsonObject place, NodeOffer node) =>
        place["nodeName"]?.GetValue<string>() is { Length: > 0 } name
            ? name == node.Name
            : place["allNodes"]?.GetValue<bool>() is true || (place["nodeSelector"] is JsonObject selector && Selects(selector, node));

    /// <summary>
    /// Whether one of the terms of a selector holds; one without requirements never does.
    /// </summary>
    internal static bool Selects(JsonObject selector, NodeOffer node) =>
        Entries(selector, "nodeSelectorTerms")
            .Any(term =>
                (Entries(term, "matchExpressions").Any() || Entries(term, "matchFields").Any())
                && Entries(term, "matchExpressions").All(requirement => Holds(requirement, node.Labels.GetValueOrDefault(KeyOf(requirement))))
                && Entries(term, "matchFields").All(requirement => Holds(requirement, KeyOf(requirement) == "metadata.name" ? node.Name : null))
            );

    private static bool Holds(JsonObject requirement, string? actual)
    {
        List<string> values = [.. (requirement["values"] as JsonArray ?? []).Select(static value => value!.GetValue<string>())];
        return requirement["operator"]?.GetValue<string>() switch
        {
            "In" => actual is not null && values.Contains(actual, StringComparer.Ordinal),
            "NotIn" => actual is null || !values.Contains(actual, StringComparer.Ordinal),
            "Exists" => actual is not null,
            "DoesNotExist" => actual is null,
            "Gt" => Number(actual) > Number(values.FirstOrDefault()),
            "Lt" => Number(actual) < Number(values.FirstOrDefault()),
            _ => false,
        };
    }

    private static long? Number(string? text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string KeyOf(JsonObject requirement) => requirement["key"]?.GetValue<string>() ?? "";

    private static IEnumerable<JsonObject> Entries(JsonObject owner, string list) => (owner[list] as JsonArray ?? []).OfType<JsonObject>();
}
