using System.Text.Json;
using System.Text.Json.Nodes;

namespace MultiEni.Simulator.Kubernetes.Schema;

/// <summary>The metadata of custom objects and of objects embedded in them, which the server reads into a type of its own: ObjectMeta.</summary>
internal static class CustomMetadata
{
    private static readonly Dictionary<string, string> Fields = new(StringComparer.Ordinal)
    {
        ["name"] = "string",
        ["generateName"] = "string",
        ["namespace"] = "string",
        ["selfLink"] = "string",
        ["uid"] = "types.UID",
        ["resourceVersion"] = "string",
        ["generation"] = "int64",
        ["creationTimestamp"] = "",
        ["deletionTimestamp"] = "",
        ["deletionGracePeriodSeconds"] = "int64",
        ["labels"] = "map[string]string",
        ["annotations"] = "map[string]string",
        ["ownerReferences"] = "[]v1.OwnerReference",
        ["finalizers"] = "[]string",
        ["managedFields"] = "[]v1.ManagedFieldsEntry",
    };

    /// <summary>Drops what ObjectMeta does not have, in place.</summary>
    /// <returns>The names of those fields.</returns>
    public static List<string> Prune(JsonObject metadata)
    {
        var unknown = metadata.Select(static field => field.Key).Where(static name => !Fields.ContainsKey(name)).ToList();
        unknown.ForEach(name => metadata.Remove(name));
        return unknown;
    }

    /// <summary>Reads texts as ObjectMeta has them: null is an empty one.</summary>
    /// <returns>Why the metadata cannot be read; null when it can.</returns>
    public static string? Read(JsonObject metadata)
    {
        foreach (var (name, value) in metadata.ToList())
        {
            var wanted = Fields.GetValueOrDefault(name, "");
            switch (wanted, value)
            {
                case (_, null) or ("", _):
                    break;
                case ("map[string]string", JsonObject texts):
                    foreach (var (key, text) in texts.ToList())
                    {
                        if (text is null)
                        {
                            texts[key] = "";
                        }
                        else if (GoText.TypeName(text) != "string")
                        {
                            return Mismatch(text, name, "string");
                        }
                    }

                    break;
                case ("[]string", JsonArray texts):
                    if (texts.FirstOrDefault(static text => text is not null && GoText.TypeName(text) != "string") is { } other)
                    {
                        return Mismatch(other, name, "string");
                    }

                    break;
                case ("string" or "types.UID", JsonValue) when GoText.TypeName(value) == "string":
                case ("int64", JsonValue) when GoText.TypeName(value) == "integer":
                case ("[]v1.OwnerReference" or "[]v1.ManagedFieldsEntry", JsonArray):
                    break;
                default:
                    return Mismatch(value, name, wanted);
            }
        }

        return null;
    }

    private static string Mismatch(JsonNode value, string field, string wanted)
    {
        var given = value.GetValueKind() switch
        {
            JsonValueKind.True or JsonValueKind.False => "bool",
            var kind => kind.ToString().ToLowerInvariant(),
        };
        return $"json: cannot unmarshal {given} into Go struct field ObjectMeta.{field} of type {wanted}";
    }
}
