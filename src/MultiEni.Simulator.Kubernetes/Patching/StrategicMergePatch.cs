using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Errors;
using MultiEni.Simulator.Kubernetes.Schema;
using MultiEni.Simulator.Kubernetes.Types;

namespace MultiEni.Simulator.Kubernetes.Patching;

/// <summary>
/// Strategic merge patch of built-in types: lists with a merge key merge entry by entry, and
/// <c>$</c> directives are followed.
/// </summary>
/// <remarks>
/// https://github.com/kubernetes/community/blob/main/contributors/devel/sig-api-machinery/strategic-merge-patch.md
/// </remarks>
internal static class StrategicMergePatch
{
    private const string Directive = "$patch";
    private const string RetainKeys = "$retainKeys";
    private const string DeleteFromList = "$deleteFromPrimitiveList/";
    private const string SetOrder = "$setElementOrder/";

    /// <summary>Changes <paramref name="target"/> in place and returns it.</summary>
    /// <exception cref="StatusException">501: an entry lacks the merge key of its list.</exception>
    public static JsonObject Apply(JsonObject target, JsonObject patch, ObjectType type) =>
        // Metadata is the same for all kinds and is not among the fields of any.
        Merge(target, patch, name => name == "metadata" ? BuiltInTypes.MetadataField : type.Find(name)?.Type);

    private static JsonObject Merge(JsonObject target, JsonObject patch, Func<string, FieldType?> typeOf)
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
                MergeField(target, name, value, typeOf(name));
            }
        }

        foreach (var (name, order) in patch.Where(static field => field.Key.StartsWith(SetOrder, StringComparison.Ordinal)))
        {
            var list = name[SetOrder.Length..];
            if (target[list] is JsonArray entries && order is JsonArray wanted)
            {
                Order(entries, wanted, KeyOf(typeOf(list)));
            }
        }

        return target;
    }

    private static void MergeField(JsonObject target, string name, JsonNode? value, FieldType? type)
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
                target[name] = Merge(target[name]?.DeepClone() as JsonObject ?? [], changes, FieldsOf(type?.Fields));
                break;
            case JsonArray entries when KeyOf(type) is { } key:
                target[name] = MergeList(target[name]?.DeepClone() as JsonArray ?? [], entries, key, FieldsOf(type!.Element!.Fields));
                break;
            case JsonArray entries when type?.Merge is ListSemantics.Set && target[name] is JsonArray values:
                var added = entries.Where(entry => !values.Any(present => JsonNode.DeepEquals(present, entry))).ToList();
                for (var index = 0; index < added.Count; index++)
                {
                    values.Insert(index, added[index]?.DeepClone());
                }

                break;
            default:
                target[name] = value.DeepClone();
                break;
        }
    }

    private static Func<string, FieldType?> FieldsOf(ObjectType? type) => name => type?.Find(name)?.Type;

    // A list with many keys, which a patch cannot name, is replaced.
    private static string? KeyOf(FieldType? type) => type?.Merge is ListSemantics.Map { Keys.Count: <= 2 } map ? map.Keys[0] : null;

    private static JsonArray MergeList(JsonArray list, JsonArray patch, string key, Func<string, FieldType?> typeOf)
    {
        var entries = patch.OfType<JsonObject>().ToList();
        if (entries.Exists(static entry => entry.Text(Directive) == "replace"))
        {
            list.Clear();
        }

        var added = 0;
        foreach (var entry in entries.Where(static entry => entry.Text(Directive) != "replace"))
        {
            if (entry[key] is not { } id)
            {
                throw new NotSimulatedException($"an entry of a patch without its key {key}");
            }

            var existing = list.OfType<JsonObject>().FirstOrDefault(candidate => JsonNode.DeepEquals(candidate[key], id));
            if (entry.Text(Directive) == "delete")
            {
                list.Remove(existing);
            }
            else if (existing is not null)
            {
                Merge(existing, entry, typeOf);
            }
            else
            {
                // New entries come first, unless an order is given.
                list.Insert(added++, Merge([], entry, typeOf));
            }
        }

        return list;
    }

    private static void Order(JsonArray list, JsonArray wanted, string? key)
    {
        int Rank(JsonNode? entry)
        {
            var index = wanted.ToList().FindIndex(place => JsonNode.DeepEquals(key is null ? place : place?[key], key is null ? entry : entry?[key]));
            return index < 0 ? int.MaxValue : index;
        }

        var ordered = list.OrderBy(Rank).ToList();
        list.Clear();
        ordered.ForEach(list.Add);
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
