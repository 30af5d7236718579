using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Schema;

namespace MultiEni.Simulator.Kubernetes.Apply;

/// <summary>The fields of an object that can be owned, and the ones in which two versions of it differ.</summary>
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
    public static FieldNode FieldsOf(JsonObject obj, MergeRules rules)
    {
        var fields = new FieldNode();
        Claim(obj, fields, rules, [], withContainers: false);
        return WithoutServerFields(fields);
    }

    /// <summary>What changed from <paramref name="before"/> to <paramref name="now"/>.</summary>
    public static (FieldNode Changed, FieldNode Removed) Compare(JsonObject before, JsonObject now, MergeRules rules)
    {
        var changed = new FieldNode();
        var removed = new FieldNode();
        Compare(before, now, changed, removed, rules, []);
        return (WithoutServerFields(changed), WithoutServerFields(removed));
    }

    private static void Claim(JsonNode? value, FieldNode node, MergeRules rules, List<string> path, bool withContainers)
    {
        var rule = rules.At(path, value);
        if (withContainers && path.Count > 0)
        {
            node.IsMember = true;
        }

        switch (value)
        {
            case JsonObject { Count: > 0 } obj when rule is ListSemantics.Granular:
                foreach (var (name, child) in obj)
                {
                    path.Add(name);
                    Claim(child, node.Child("f:" + name), rules, path, withContainers);
                    path.RemoveAt(path.Count - 1);
                }

                break;
            case JsonArray list when rule is ListSemantics.Set or ListSemantics.Map:
                path.Add("[]");
                foreach (var entry in list)
                {
                    var child = node.Child(ListEntries.Step(rule, entry));
                    if (rule is ListSemantics.Map)
                    {
                        Claim(entry, child, rules, path, withContainers);
                    }

                    child.IsMember = true;
                }

                path.RemoveAt(path.Count - 1);
                break;
            default:
                node.IsMember = true;
                break;
        }
    }

    private static void Compare(JsonNode? before, JsonNode? now, FieldNode changed, FieldNode removed, MergeRules rules, List<string> path)
    {
        var rule = rules.At(path, now);
        switch (before, now)
        {
            case (JsonObject old, JsonObject current) when rule is ListSemantics.Granular:
                foreach (var (name, child) in current)
                {
                    path.Add(name);
                    if (old.TryGetPropertyValue(name, out var was))
                    {
                        Compare(was, child, changed.Child("f:" + name), removed.Child("f:" + name), rules, path);
                    }
                    else
                    {
                        Claim(child, changed.Child("f:" + name), rules, path, withContainers: true);
                    }

                    path.RemoveAt(path.Count - 1);
                }

                foreach (var (name, child) in old)
                {
                    if (!current.ContainsKey(name))
                    {
                        path.Add(name);
                        Claim(child, removed.Child("f:" + name), rules, path, withContainers: true);
                        path.RemoveAt(path.Count - 1);
                    }
                }

                break;
            case (JsonArray old, JsonArray current) when rule is ListSemantics.Set or ListSemantics.Map:
                CompareLists(old, current, rule, changed, removed, rules, path);
                break;
            default:
                if (!JsonNode.DeepEquals(before, now))
                {
                    changed.IsMember = true;
                }

                break;
        }
    }

    private static void CompareLists(
        JsonArray old,
        JsonArray current,
        ListSemantics rule,
        FieldNode changed,
        FieldNode removed,
        MergeRules rules,
        List<string> path
    )
    {
        path.Add("[]");
        foreach (var entry in current)
        {
            var step = ListEntries.Step(rule, entry);
            var index = ListEntries.IndexOf(old, rule, step);
            if (index < 0)
            {
                Claim(entry, changed.Child(step), rules, path, withContainers: true);
            }
            else if (rule is ListSemantics.Map)
            {
                Compare(old[index], entry, changed.Child(step), removed.Child(step), rules, path);
            }
        }

        foreach (var entry in old)
        {
            var step = ListEntries.Step(rule, entry);
            if (ListEntries.IndexOf(current, rule, step) < 0)
            {
                Claim(entry, removed.Child(step), rules, path, withContainers: true);
            }
        }

        path.RemoveAt(path.Count - 1);
    }
}
