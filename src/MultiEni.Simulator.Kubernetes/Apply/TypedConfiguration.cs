using System.Text.Json;
using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Schema;

namespace MultiEni.Simulator.Kubernetes.Apply;

/// <summary>Finds what in an applied configuration is not of its type.</summary>
internal static class TypedConfiguration
{
    /// <summary>What is wrong, each with its path.</summary>
    public static IReadOnlyList<string> Check(JsonObject configuration, AppliedType type)
    {
        var errors = new List<string>();
        Check(configuration, type, "", errors);
        return errors;
    }

    private static void Check(JsonNode? value, AppliedType type, string path, List<string> errors)
    {
        if (value is null || type.Kind is null)
        {
            return;
        }

        if (KindOf(value) != type.Kind)
        {
            errors.Add(
                type.Kind == AppliedType.Numeric
                    ? $"{path}: expected numeric (int or float), got {GoType(value)}"
                    : $"{path}: expected {type.Kind}, got &value.valueUnstructured{{Value:{GoValue(value)}}}"
            );
            return;
        }

        switch (value)
        {
            case JsonObject obj when type.Field is not null:
                foreach (var (name, child) in obj)
                {
                    if (type.Field(name) is { } field)
                    {
                        Check(child, field, $"{path}.{name}", errors);
                    }
                    else
                    {
                        errors.Add($"{path}.{name}: field not declared in schema");
                    }
                }

                break;
            case JsonArray list:
                CheckList(list, type, path, errors);
                break;
        }
    }

    private static void CheckList(JsonArray list, AppliedType type, string path, List<string> errors)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var index = 0; index < list.Count; index++)
        {
            var step = ListEntries.Step(type.Merge, list[index]);
            var at = type.Merge is ListSemantics.Atomic ? $"{path}[{index}]" : path + FieldNode.Describe(step);
            Check(list[index], type.Item!, at, errors);
            if (type.Merge is not ListSemantics.Atomic && !seen.Add(step))
            {
                errors.Add($"{path}: duplicate entries for key {FieldNode.Describe(step)}");
            }
        }
    }

    private static string KindOf(JsonNode value) =>
        value.GetValueKind() switch
        {
            JsonValueKind.Object => AppliedType.Map,
            JsonValueKind.Array => AppliedType.List,
            JsonValueKind.String => AppliedType.Text,
            JsonValueKind.Number => AppliedType.Numeric,
            _ => AppliedType.Flag,
        };

    private static string GoType(JsonNode value) =>
        value.GetValueKind() switch
        {
            JsonValueKind.Object => "map[string]interface {}",
            JsonValueKind.Array => "[]interface {}",
            JsonValueKind.String => "string",
            _ => "bool",
        };

    private static string GoValue(JsonNode? value) =>
        value switch
        {
            null => "interface {}(nil)",
            JsonObject obj =>
                $"map[string]interface {{}}{{{string.Join(", ", obj.OrderBy(static field => field.Key, StringComparer.Ordinal).Select(static field => $"\"{field.Key}\":{GoValue(field.Value)}"))}}}",
            JsonArray list => $"[]interface {{}}{{{string.Join(", ", list.Select(GoValue))}}}",
            _ => value.GetValueKind() == JsonValueKind.String ? GoText.Quote(value.GetValue<string>()) : value.ToJsonString(),
        };
}
