using System.Text.Json;
using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Schema;

namespace MultiEni.Simulator.Kubernetes.Types;

/// <summary>Reads what custom objects hold that has a type of its own: whole numbers, and the metadata of objects embedded in them.</summary>
internal static class CustomValues
{
    /// <summary>Rewrites values in place: a whole number written as a fraction, metadata without what is empty.</summary>
    /// <exception cref="DecodingException">The metadata of an embedded object is not of its type.</exception>
    public static void Read(JsonNode? node, SchemaNode schema, string path)
    {
        switch (node)
        {
            case JsonObject obj:
                if (schema.IsEmbeddedResource && obj["metadata"] is { } metadata)
                {
                    obj["metadata"] = ReadMetadata(metadata, $"{path}.metadata");
                }

                foreach (var (name, value) in obj.ToList())
                {
                    if (schema.Child(name) is not { } child)
                    {
                        continue;
                    }

                    if (child.Type == SchemaType.Integer && Whole(value) is { } whole)
                    {
                        obj[name] = whole;
                    }
                    else
                    {
                        Read(value, child, path.Length == 0 ? name : $"{path}.{name}");
                    }
                }

                break;
            case JsonArray list when schema.Items is { } items:
                for (var index = 0; index < list.Count; index++)
                {
                    if (items.Type == SchemaType.Integer && Whole(list[index]) is { } whole)
                    {
                        list[index] = whole;
                    }
                    else
                    {
                        Read(list[index], items, $"{path}[{index}]");
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

    private static JsonNode? Whole(JsonNode? value) =>
        value?.GetValueKind() == JsonValueKind.Number
        && value.ToJsonString() is var text
        && text.AsSpan().IndexOfAny('.', 'e', 'E') >= 0
        && double.Parse(text, System.Globalization.CultureInfo.InvariantCulture) is var number
        && Math.Abs(number) < 1e15
        && number == Math.Truncate(number)
            ? JsonValue.Create((long)number)
            : null;
}
