using System.Text.Json;
using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Schema;

namespace MultiEni.Simulator.Kubernetes.Apply;

/// <summary>Finds what in an applied configuration is not of its shape.</summary>
internal static class TypedConfiguration
{
    /// <summary>What is wrong, each with its path.</summary>
    public static IReadOnlyList<string> Check(JsonObject configuration, FieldShape shape)
    {
        var errors = new List<string>();
        Check(configuration, shape, "", errors);
        return errors;
    }

    private static void Check(JsonNode? value, FieldShape shape, string path, List<string> errors)
    {
        if (value is null || shape.Kind is null)
        {
            return;
        }

        if (TypeOf(value).Kind != shape.Kind)
        {
            if (shape.Kind != FieldShape.Numeric)
            {
                // The real server shows the value as a Go structure.
                throw new NotSimulatedException($"an applied configuration whose {path} is no {shape.Kind}");
            }

            errors.Add($"{path}: expected {shape.Kind}, got {TypeOf(value).GoName}");
            return;
        }

        switch (value)
        {
            case JsonObject obj when shape.Field is not null:
                foreach (var (name, child) in obj)
                {
                    if (shape.Field(name) is { } field)
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
                CheckList(list, shape, path, errors);
                break;
        }
    }

    private static void CheckList(JsonArray list, FieldShape shape, string path, List<string> errors)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var index = 0; index < list.Count; index++)
        {
            var step = ListEntries.Step(shape.Merge, list[index]);
            var at = shape.Merge is ListSemantics.Atomic ? $"{path}[{index}]" : path + FieldNode.Describe(step);
            Check(list[index], shape.Item!, at, errors);
            if (shape.Merge is not ListSemantics.Atomic && !seen.Add(step))
            {
                errors.Add($"{path}: duplicate entries for key {FieldNode.Describe(step)}");
            }
        }
    }

    // The type of a value, and what Go calls it.
    private static (string Kind, string GoName) TypeOf(JsonNode value) =>
        value.GetValueKind() switch
        {
            JsonValueKind.Object => (FieldShape.Map, "map[string]interface {}"),
            JsonValueKind.Array => (FieldShape.List, "[]interface {}"),
            JsonValueKind.String => (FieldShape.Text, "string"),
            JsonValueKind.Number => (FieldShape.Numeric, ""),
            _ => (FieldShape.Flag, "bool"),
        };
}
