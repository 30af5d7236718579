using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace MultiEni.Simulator.Kubernetes.Tables;

/// <summary>
/// The part of JSONPath that printer columns use: <c>.a.b</c>, <c>[0]</c> and
/// <c>[?(@.type=="Ready")]</c>.
/// </summary>
internal static partial class JsonPath
{
    /// <summary>
    /// The value at a path, of which a definition is checked to have no other steps; null where
    /// there is none.
    /// </summary>
    public static JsonNode? First(JsonNode root, string path)
    {
        JsonNode? node = root;
        foreach (Match step in Step().Matches(path))
        {
            node = (node, step) switch
            {
                (JsonObject obj, _) when step.Groups["field"] is { Success: true } field => obj[field.Value],
                (JsonArray list, _) when step.Groups["index"] is { Success: true } index => list.ElementAtOrDefault(int.Parse(index.Value)),
                (JsonArray list, _) when step.Groups["key"] is { Success: true } key => list.FirstOrDefault(entry =>
                    entry?[key.Value]?.ToString() == step.Groups["value"].Value
                ),
                _ => null,
            };
        }

        return node;
    }

    [GeneratedRegex(
        """\.(?<field>[^.\[]+)|\[(?<index>[0-9]+)\]|\[\?\(@\.(?<key>[^=]+)=="(?<value>[^"]*)"\)\]""",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Step();
}
