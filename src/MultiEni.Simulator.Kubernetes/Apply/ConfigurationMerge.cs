using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Schema;

namespace MultiEni.Simulator.Kubernetes.Apply;

/// <summary>
/// Lays an applied configuration over a live object and takes out what nobody wants any more.
/// </summary>
internal static class ConfigurationMerge
{
    /// <summary>
    /// A new object: live, with every field of the configuration set. Lists keep the live order,
    /// new entries follow.
    /// </summary>
    public static JsonObject Merge(JsonObject live, JsonObject configuration, FieldShape shape)
    {
        var merged = live.Copy();
        Overlay(merged, configuration, shape);
        return merged;
    }

    /// <summary>
    /// Removes, in place, what was in <paramref name="before"/> and is owned by nobody now.
    /// </summary>
    public static void RemoveAbandoned(JsonNode container, FieldNode before, FieldNode? owned, FieldShape shape)
    {
        foreach (var (step, fields) in before.Children)
        {
            var (child, remove) = Locate(container, step, shape);
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
                RemoveAbandoned(child, fields, kept, step[0] == 'f' ? shape.Child(step[2..]) : shape.Entry);
                if (kept is null && child is JsonObject { Count: 0 } or JsonArray { Count: 0 })
                {
                    remove();
                }
            }
        }
    }

    private static void Overlay(JsonObject live, JsonObject configuration, FieldShape shape)
    {
        foreach (var (name, value) in configuration)
        {
            if (value is null)
            {
                live.Remove(name);
            }
            else
            {
                var result = Combine(live[name], value, shape.Child(name));
                if (!ReferenceEquals(result, live[name]))
                {
                    live[name] = result;
                }
            }
        }
    }

    private static JsonNode Combine(JsonNode? live, JsonNode configuration, FieldShape shape)
    {
        var rule = shape.RuleFor(configuration);
        switch (live, configuration)
        {
            case (JsonObject target, JsonObject source) when rule is ListSemantics.Granular:
                Overlay(target, source, shape);
                return target;
            case (JsonArray target, JsonArray source) when rule is ListSemantics.Set or ListSemantics.Map:
                foreach (var entry in source)
                {
                    var index = ListEntries.IndexOf(target, rule, ListEntries.Step(rule, entry));
                    if (index < 0)
                    {
                        target.Add(entry?.DeepClone());
                    }
                    else if (target[index] is JsonObject existing && entry is JsonObject wanted)
                    {
                        Overlay(existing, wanted, shape.Entry);
                    }
                }

                return target;
            default:
                return configuration.DeepClone();
        }
    }

    private static (JsonNode? Child, Action? Remove) Locate(JsonNode container, string step, FieldShape shape)
    {
        switch (container)
        {
            case JsonObject obj when step[0] == 'f':
                var name = step[2..];
                return obj.TryGetPropertyValue(name, out var value) ? (value, () => obj.Remove(name)) : (null, null);
            case JsonArray list:
                var index = ListEntries.IndexOf(list, shape.RuleFor(list), step);
                return index < 0 ? (null, null) : (list[index], () => list.RemoveAt(index));
            default:
                return (null, null);
        }
    }
}
