using System.Text.Json;
using System.Text.Json.Nodes;
using MultiEni.Api;
using MultiEni.Api.Kubernetes;
using MultiEni.Simulator.Kubernetes.Storage;

namespace MultiEni.VirtualTime;

/// <summary>
/// Notes when each ENI is reported as attached, as anybody sees who watches ENIAttachments.
/// </summary>
internal sealed class ReadyTimes(ObjectStore store, VirtualClock time, int expected)
{
    private const string Resource = $"{Names.EniAttachmentPlural}.{Names.Group}";
    private readonly Dictionary<string, (string Node, TimeSpan At)> _attached = [];

    /// <summary>When the last was.</summary>
    public TimeSpan Last { get; private set; }

    /// <summary>Watches until all are.</summary>
    public async Task WatchAsync(CancellationToken cancellationToken)
    {
        await foreach (var change in store.WatchAsync(Resource, "", labels: null, fields: null, since: null, cancellationToken))
        {
            if (
                change.Object is { } seen
                && IsAttached(seen)
                && _attached.TryAdd(Text(seen, "metadata", "name"), (Text(seen, "spec", "nodeName"), time.Elapsed))
            )
            {
                Last = time.Elapsed;
                if (_attached.Count == expected)
                {
                    return;
                }
            }
        }
    }

    /// <summary>For each node when the last of its ENIs was, sorted.</summary>
    public IReadOnlyList<TimeSpan> ByNode() => [.. _attached.Values.GroupBy(eni => eni.Node).Select(node => node.Max(eni => eni.At)).Order()];

    private static bool IsAttached(JsonObject attachment) =>
        attachment["status"]?["conditions"] is JsonArray conditions
        && conditions.Any(condition => Text(condition!, "type") == ConditionTypes.Attached && Text(condition!, "status") == ConditionStatus.True);

    private static string Text(JsonNode node, params ReadOnlySpan<string> path)
    {
        foreach (var part in path)
        {
            node = node[part] ?? throw new JsonException($"{part} is missing in {node.ToJsonString()}");
        }

        return node.GetValue<string>();
    }
}
