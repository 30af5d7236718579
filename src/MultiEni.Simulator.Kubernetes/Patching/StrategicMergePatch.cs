using System.Text.Json.Nodes;

namespace MultiEni.Simulator.Kubernetes.Patching;

/// <summary>Strategic merge patch for built-in types: lists with a merge key merge entry by entry, and <c>$</c> directives are followed.</summary>
internal static class StrategicMergePatch
{
    private const string Directive = "$patch";
    private const string RetainKeys = "$retainKeys";
    private const string DeleteFromList = "$deleteFromPrimitiveList/";
    private const string SetOrder = "$setElementOrder/";

    // Lists whose entries merge by these fields, in the types that the simulator serves; the first field that an entry has counts.
    private static readonly Dictionary<string, string[]> MergeKeys = new(StringComparer.Ordinal)
    {
        ["addresses"] = ["type"],
        ["conditions"] = ["type"],
        ["containers"] = ["name"],
        ["initContainers"] = ["name"],
        ["ephemeralContainers"] = ["name"],
        ["volumes"] = ["name"],
        ["env"] = ["name"],
        ["ports"] = ["containerPort", "port"],
        ["volumeMounts"] = ["mountPath"],
        ["volumeDevices"] = ["devicePath"],
        ["imagePullSecrets"] = ["name"],
        ["secrets"] = ["name"],
        ["hostAliases"] = ["ip"],
        ["ownerReferences"] = ["uid"],
        ["topologySpreadConstraints"] = ["topologyKey"],
    };

    private static readonly HashSet<string> MergedPrimitives = new(StringComparer.Ordinal) { "finalizers", "podCIDRs" };

    /// <summary>Changes <paramref name="target"/> in place and returns it.</summary>
    public static JsonObject Apply(JsonObject target, JsonObject patch)
    {
        if (patch.Text(Directive) == "replace")
        {
            target.Clear();
        }

        foreach (var (name, value) in patch)
        {
            if (name.StartsWith(DeleteFromList, StringComparison.Ordinal))
            {
                DeleteValues(target[name[DeleteFromList.Length..]] as JsonArray, value as JsonArray);
            }
            else if (name == RetainKeys)
            {
                Retain(target, patch.Texts(RetainKeys));
            }
            else if (name != Directive && !name.StartsWith(SetOrder, StringComparison.Ordinal))
            {
                ApplyField(target, name, value);
            }
        }

        return target;
    }

    private static void ApplyField(JsonObject target, string name, JsonNode? value)
    {
        switch (value)
        {
            case null:
                target.Remove(name);
                break;
            case JsonObject changes when changes.Text(Directive) == "delete":
                target.Remove(name);
                break;
            case JsonObject changes:
                if (target[name] is JsonObject existing)
                {
                    Apply(existing, changes);
                }
                else
                {
                    target[name] = Apply([], changes);
                }

                break;
            case JsonArray entries when MergeKeys.TryGetValue(name, out var keys) && entries.All(static entry => entry is JsonObject):
                if (target[name] is not JsonArray list)
                {
                    target[name] = list = [];
                }

                ApplyList(list, entries, keys);
                break;
            case JsonArray entries when MergedPrimitives.Contains(name) && target[name] is JsonArray values:
                foreach (var entry in entries.Where(entry => !values.Any(present => JsonNode.DeepEquals(present, entry))))
                {
                    values.Add(entry?.DeepClone());
                }

                break;
            default:
                target[name] = value.DeepClone();
                break;
        }
    }

    private static void ApplyList(JsonArray list, JsonArray entries, string[] keys)
    {
        if (entries.OfType<JsonObject>().Any(static entry => entry.Text(Directive) == "replace"))
        {
            list.Clear();
        }

        foreach (var entry in entries.OfType<JsonObject>())
        {
            var key = Array.Find(keys, entry.ContainsKey);
            if (key is null)
            {
                continue;
            }

            var existing = list.OfType<JsonObject>().FirstOrDefault(candidate => JsonNode.DeepEquals(candidate[key], entry[key]));
            if (entry.Text(Directive) == "delete")
            {
                if (existing is not null)
                {
                    list.Remove(existing);
                }
            }
            else if (existing is null)
            {
                list.Add((JsonNode)Apply([], entry));
            }
            else
            {
                Apply(existing, entry);
            }
        }
    }

    private static void DeleteValues(JsonArray? list, JsonArray? values)
    {
        foreach (var value in values ?? [])
        {
            for (var index = (list?.Count ?? 0) - 1; index >= 0; index--)
            {
                if (JsonNode.DeepEquals(list![index], value))
                {
                    list.RemoveAt(index);
                }
            }
        }
    }

    private static void Retain(JsonObject target, IReadOnlyList<string> names)
    {
        foreach (var name in target.Select(static field => field.Key).Except(names, StringComparer.Ordinal).ToList())
        {
            target.Remove(name);
        }
    }
}
