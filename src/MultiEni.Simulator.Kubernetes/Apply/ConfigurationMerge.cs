using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Schema;

namespace MultiEni.Simulator.Kubernetes.Apply;

/// <summary>Lays an applied configuration over a live object and takes out what nobody wants any more.</summary>
internal static class ConfigurationMerge
{
    /// <summary>A new object: live, with every field of the configuration set. Lists keep the live order, new entries follow.</summary>
    public static JsonObject Merge(JsonObject live, JsonObject configuration, MergeRules rules)
    {
        var merged = live.Copy();
        Overlay(merged, configuration, rules, []);
        return merged;
    }

    /// <summary>Removes, in place, what was in <paramref name="before"/> and is owned by nobody now.</summary>
    public static void RemoveAbandoned(JsonObject obj, FieldNode before, FieldNode owned, MergeRules rules) => Prune(obj, before, owned, rules, []);

    private static void Overlay(JsonObject live, JsonObject configuration, MergeRules rules, List<string> path)
    {
        foreach (var (name, value) in configuration)
        {
            path.Add(name);
            if (value is null)
            {
                live.Remove(name);
            }
            else
            {
                var result = Combine(live[name], value, rules, path);
                if (!ReferenceEquals(result, live[name]))
                {
                    live[name] = result;
                }
            }

            path.RemoveAt(path.Count - 1);
        }
    }

    private static JsonNode Combine(JsonNode? live, JsonNode configuration, MergeRules rules, List<string> path)
    {
        var rule = rules.At(path, configuration);
        switch (live, configuration)
        {
            case (JsonObject target, JsonObject source) when rule is ListSemantics.Granular:
                Overlay(target, source, rules, path);
                return target;
            case (JsonArray target, JsonArray source) when rule is ListSemantics.Set or ListSemantics.Map:
                path.Add("[]");
                foreach (var entry in source)
                {
                    var index = ListEntries.IndexOf(target, rule, ListEntries.Step(rule, entry));
                    if (index < 0)
                    {
                        target.Add(entry?.DeepClone());
                    }
                    else if (target[index] is JsonObject existing && entry is JsonObject wanted)
                    {
                        Overlay(existing, wanted, rules, path);
                    }
                }

                path.RemoveAt(path.Count - 1);
                return target;
            default:
                return configuration.DeepClone();
        }
    }

    private static void Prune(JsonNode container, FieldNode before, FieldNode? owned, MergeRules rules, List<string> path)
    {
        foreach (var (step, fields) in before.Children)
        {
            var (child, remove) = Locate(container, step, rules, path);
            if (remove is null)
            {
                continue;
            }

            var kept = owned?.Find(step);
            if (kept is null && (fields.IsMember || child is null))
            {
                remove();
                continue;
            }

            if (child is not null && fields.HasChildren)
            {
                path.Add(step[0] == 'f' ? step[2..] : "[]");
                Prune(child, fields, kept, rules, path);
                path.RemoveAt(path.Count - 1);
                if (kept is null && child is JsonObject { Count: 0 } or JsonArray { Count: 0 })
                {
                    remove();
                }
            }
        }
    }

    private static (JsonNode? Child, Action? Remove) Locate(JsonNode container, string step, MergeRules rules, List<string> path)
    {
        switch (container)
        {
            case JsonObject obj when step[0] == 'f':
                var name = step[2..];
                return obj.TryGetPropertyValue(name, out var value) ? (value, () => obj.Remove(name)) : (null, null);
            case JsonArray list:
                var index = ListEntries.IndexOf(list, rules.At(path, list), step);
                return index < 0 ? (null, null) : (list[index], () => list.RemoveAt(index));
            default:
                return (null, null);
        }
    }
}
