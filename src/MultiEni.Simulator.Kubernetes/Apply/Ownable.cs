using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Schema;

namespace MultiEni.Simulator.Kubernetes.Apply;

/// <summary>
/// The fields of an object that can be owned, and the ones in which two versions of it differ.
/// </summary>
internal static class Ownable
{
    private static readonly string[] ServerMetadata =
    [
        "name",
        "namespace",
        "generateName",
        "uid",
        "resourceVersion",
        "creationTimestamp",
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
        "generation",
        "selfLink",
        "managedFields",
    ];

    /// <summary>Takes out what nobody owns: identity, and what the server writes.</summary>
    public static FieldNode WithoutServerFields(FieldNode fields)
    {
        fields.Remove("f:apiVersion");
        fields.Remove("f:kind");
        if (fields.Find("f:metadata") is { } metadata)
        {
            foreach (var field in ServerMetadata)
            {
                metadata.Remove("f:" + field);
            }

            metadata.IsMember = false;
        }

        return fields.Trim();
    }

    /// <summary>What an applied configuration claims.</summary>
    public static FieldNode FieldsOf(JsonObject obj, FieldShape shape)
    {
        var fields = new FieldNode();
        Claim(obj, fields, shape, withContainers: false);
        return WithoutServerFields(fields);
    }

    /// <summary>What changed from <paramref name="before"/> to <paramref name="now"/>.</summary>
    public static (FieldNode Changed, FieldNode Removed) Compare(JsonObject before, JsonObject now, FieldShape shape)
    {
        var changed = new FieldNode();
        var removed = new FieldNode();
        CompareFields(before, now, changed, removed, shape);
        return (WithoutServerFields(changed), WithoutServerFields(removed));
    }

    private static void Claim(JsonNode? value, FieldNode node, FieldShape shape, bool withContainers)
    {
        var rule = shape.RuleFor(value);
        node.IsMember |= withContainers;
        switch (value)
        {
            case JsonObject { Count: > 0 } obj when rule is ListSemantics.Granular:
                foreach (var (name, child) in obj)
                {
                    Claim(child, node.Child("f:" + name), shape.Child(name), withContainers);
                }

                break;
            case JsonArray list when rule is ListSemantics.Set or ListSemantics.Map:
                foreach (var entry in list)
                {
                    var child = node.Child(ListEntries.Step(rule, entry));
                    if (rule is ListSemantics.Map)
                    {
                        Claim(entry, child, shape.Entry, withContainers);
                    }

                    child.IsMember = true;
                }

                break;
            default:
                node.IsMember = true;
                break;
        }
    }

    private static void Compare(JsonNode? before, JsonNode? now, FieldNode changed, FieldNode removed, FieldShape shape)
    {
        var rule = shape.RuleFor(now);
        switch (before, now)
        {
            case (JsonObject old, JsonObject current) when rule is ListSemantics.Granular:
                CompareFields(old, current, changed, removed, shape);
                break;
            case (JsonArray old, JsonArray current) when rule is ListSemantics.Set or ListSemantics.Map:
                CompareLists(old, current, rule, changed, removed, shape);
                break;
            default:
                changed.IsMember |= !JsonNode.DeepEquals(before, now);
                break;
        }
    }

    private static void CompareFields(JsonObject old, JsonObject current, FieldNode changed, FieldNode removed, FieldShape shape)
    {
        foreach (var (name, child) in current)
        {
            var step = "f:" + name;
            if (old.TryGetPropertyValue(name, out var was))
            {
                Compare(was, child, changed.Child(step), removed.Child(step), shape.Child(name));
            }
            else
            {
                Claim(child, changed.Child(step), shape.Child(name), withContainers: true);
            }
        }

        foreach (var (name, child) in old.Where(field => !current.ContainsKey(field.Key)))
        {
            Claim(child, removed.Child("f:" + name), shape.Child(name), withContainers: true);
        }
    }

    private static void CompareLists(JsonArray old, JsonArray current, ListSemantics rule, FieldNode changed, FieldNode removed, FieldShape shape)
    {
        foreach (var entry in current)
        {
            var step = ListEntries.Step(rule, entry);
            var index = ListEntries.IndexOf(old, rule, step);
            if (index < 0)
            {
                Claim(entry, changed.Child(step), shape.Entry, withContainers: true);
            }
            else if (rule is ListSemantics.Map)
            {
                Compare(old[index], entry, changed.Child(step), removed.Child(step), shape.Entry);
            }
        }

        foreach (var entry in old)
        {
            var step = ListEntries.Step(rule, entry);
            if (ListEntries.IndexOf(current, rule, step) < 0)
            {
                Claim(entry, removed.Child(step), shape.Entry, withContainers: true);
            }
        }
    }
}
