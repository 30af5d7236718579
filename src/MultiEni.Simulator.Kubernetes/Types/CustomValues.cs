using System.Text.Json;
using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Schema;

namespace MultiEni.Simulator.Kubernetes.Types;

/// <summary>Reads what custom objects hold that has a type of its own: whole numbers, and the metadata of objects embedded in them.</summary>
internal static class CustomValues
{
    /// <summary>Reads the metadata of embedded objects, in place.</summary>
    /// <exception cref="DecodingException">It is not of its type.</exception>
    public static void Read(JsonObject obj, SchemaNode schema) => Read(obj, schema, "", withNumbers: false);

    /// <summary>Rewrites whole numbers that are written as fractions, in place. Rules still see them as they came.</summary>
    public static void ReadNumbers(JsonObject obj, SchemaNode schema) => Read(obj, schema, "", withNumbers: true);

    private static void Read(JsonNode? node, SchemaNode schema, string path, bool withNumbers)
    {
        switch (node)
        {
            case JsonObject obj:
                if (!withNumbers && schema.IsEmbeddedResource && obj["metadata"] is { } metadata)
                {
                    obj["metadata"] = ReadMetadata(metadata, $"{path}.metadata");
                }

                foreach (var (name, value) in obj.ToList())
                {
                    if (schema.Child(name) is not { } child)
                    {
                        continue;
                    }

                    if (withNumbers && child.Type == SchemaType.Integer && Whole(value) is { } whole)
                    {
                        obj[name] = whole;
                    }
                    else
                    {
                        Read(value, child, path.Length == 0 ? name : $"{path}.{name}", withNumbers);
                    }
                }

                break;
            case JsonArray list when schema.Items is { } items:
                for (var index = 0; index < list.Count; index++)
                {
                    if (withNumbers && items.Type == SchemaType.Integer && Whole(list[index]) is { } whole)
                    {
                        list[index] = whole;
                    }
                    else
                    {
                        Read(list[index], items, $"{path}[{index}]", withNumbers);
                    }
                }

                break;
        }
    }

    private static JsonObject ReadMetadata(JsonNode metadata, string path)
    {
        try
        {
            return Decoding.DecodeMetadata(metadata, "", []);
        }
        catch (DecodingException wrong)
        {
            var shown = metadata is JsonObject obj ? obj.Copy().SortedThroughout().ToJsonString() : metadata.ToJsonString();
            throw new DecodingException($"{path}: Invalid value: {shown}: {wrong.Message}");
        }
    }

    private static JsonValue? Whole(JsonNode? value) =>
        value?.GetValueKind() == JsonValueKind.Number
        && value.ToJsonString() is var text
        && text.AsSpan().IndexOfAny('.', 'e', 'E') >= 0
        && double.Parse(text, System.Globalization.CultureInfo.InvariantCulture) is var number
        && Math.Abs(number) < 1e15
        && number == Math.Truncate(number)
            ? JsonValue.Create((long)number)
            : null;
}
