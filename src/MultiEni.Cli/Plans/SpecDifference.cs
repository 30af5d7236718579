using System.Text.Json;
using System.Text.Json.Nodes;
using MultiEni.Api;
using MultiEni.Api.EniAttachments;

namespace MultiEni.Cli.Plans;

/// <summary>A field of an ENI that would change.</summary>
/// <param name="Field">Its path in the specification of the attachment, such as <c>podAddresses.warm</c>.</param>
/// <param name="Before">What it is; null when it is not set.</param>
/// <param name="After">What it would be; null when it would not be set.</param>
internal sealed record SpecDifference(string Field, string? Before, string? After)
{
    /// <summary>The first part of the path.</summary>
    public string TopField => Field.Split('.')[0];

    /// <summary>The fields in which two specifications differ.</summary>
    public static IReadOnlyList<SpecDifference> Of(EniAttachmentSpec before, EniAttachmentSpec after) => [.. Of("", Json(before), Json(after))];

    /// <inheritdoc />
    public override string ToString() => $"{Field}: {Before ?? "unset"} → {After ?? "unset"}";

    private static IEnumerable<SpecDifference> Of(string path, JsonNode? before, JsonNode? after)
    {
        if (JsonNode.DeepEquals(before, after))
        {
            yield break;
        }

        if (before is not (JsonObject or null) || after is not (JsonObject or null))
        {
            yield return new SpecDifference(path, Text(before), Text(after));
            yield break;
        }

        foreach (var name in Names(before).Union(Names(after)))
        {
            foreach (var difference in Of(path.Length == 0 ? name : $"{path}.{name}", before?[name], after?[name]))
            {
                yield return difference;
            }
        }
    }

    private static IEnumerable<string> Names(JsonNode? node) => node is JsonObject map ? map.Select(entry => entry.Key) : [];

    private static string? Text(JsonNode? node) =>
        node switch
        {
            null => null,
            JsonArray list => string.Join(", ", list.Select(item => item?.ToString())),
            _ => node.ToString(),
        };

    private static JsonNode? Json(EniAttachmentSpec spec) => JsonSerializer.SerializeToNode(spec, ApiJson.Default.EniAttachmentSpec);
}
