using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Schema;

namespace MultiEni.Simulator.Kubernetes.Apply;

/// <summary>Names the entries of sets and map lists.</summary>
internal static class ListEntries
{
    /// <summary>The step to an entry: <c>k:{"type":"Ready"}</c> or <c>v:"a"</c>.</summary>
    public static string Step(ListSemantics rule, JsonNode? entry)
    {
        if (rule is not ListSemantics.Map map)
        {
            return "v:" + (entry?.ToJsonString() ?? "null");
        }

        var keys = new JsonObject();
        foreach (var key in map.Keys.Order(StringComparer.Ordinal))
        {
            if (((entry as JsonObject)?[key] ?? map.DefaultOf?.Invoke(key)) is { } value)
            {
                keys[key] = value.DeepClone();
            }
        }

        return "k:" + keys.ToJsonString();
    }

    public static int IndexOf(JsonArray list, ListSemantics rule, string step)
    {
        var before = list.TakeWhile(entry => Step(rule, entry) != step).Count();
        return before < list.Count ? before : -1;
    }
}
