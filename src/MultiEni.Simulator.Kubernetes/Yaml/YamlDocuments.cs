using System.Text.Json;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace MultiEni.Simulator.Kubernetes.Yaml;

/// <summary>Reads and writes YAML as kubectl does: every document is a JSON object.</summary>
public static class YamlDocuments
{
    /// <summary>More nodes than this, aliases counted as often as they are used, is a bomb and not a manifest.</summary>
    private const int MaximumNodes = 1_000_000;

    /// <summary>All documents of a file; empty ones are left out.</summary>
    /// <exception cref="FormatException">The text is not YAML, or a document is not a mapping with text for keys.</exception>
    public static IReadOnlyList<JsonObject> Parse(string yaml)
    {
        var stream = new YamlStream();
        try
        {
            stream.Load(new StringReader(yaml));
        }
        catch (YamlException e)
        {
            throw new FormatException($"line {e.Start.Line}: {e.Message}", e);
        }

        var documents = new List<JsonObject>();
        foreach (var document in stream.Documents)
        {
            var budget = MaximumNodes;
            switch (Convert(document.RootNode, ref budget))
            {
                case null:
                    break;
                case JsonObject map:
                    documents.Add(map);
                    break;
                default:
                    throw new FormatException($"line {document.RootNode.Start.Line}: a document must be a mapping");
            }
        }

        return documents;
    }

    /// <summary>One document in block style. Text that could be taken for something else is quoted.</summary>
    public static string Write(JsonNode node) => YamlWriter.Write(node);

    private static JsonNode? Convert(YamlNode node, ref int budget)
    {
        if (--budget < 0)
        {
            throw new FormatException("the document is too large");
        }

        switch (node)
        {
            case YamlScalarNode scalar:
                return YamlScalars.Read(scalar);
            case YamlSequenceNode sequence:
                var list = new JsonArray();
                foreach (var item in sequence.Children)
                {
                    list.Add(Convert(item, ref budget));
                }

                return list;
            case YamlMappingNode mapping:
                return Convert(mapping, ref budget);
            default:
                throw new FormatException($"line {node.Start.Line}: unsupported YAML");
        }
    }

    private static JsonObject Convert(YamlMappingNode mapping, ref int budget)
    {
        var map = new JsonObject();
        foreach (var (keyNode, value) in mapping.Children)
        {
            if (keyNode is YamlScalarNode { Value: "<<", Style: ScalarStyle.Plain })
            {
                Merge(map, value, ref budget);
                continue;
            }

            map[Key(keyNode)] = Convert(value, ref budget);
        }

        return map;
    }

    /// <summary>The merge key: fields of other mappings, which fields of this one win over.</summary>
    private static void Merge(JsonObject map, YamlNode source, ref int budget)
    {
        foreach (var part in source is YamlSequenceNode several ? several.Children : [source])
        {
            if (part is not YamlMappingNode mapping)
            {
                throw new FormatException($"line {part.Start.Line}: map merge requires map or sequence of maps as the value");
            }

            foreach (var (name, value) in Convert(mapping, ref budget).ToArray())
            {
                if (!map.ContainsKey(name))
                {
                    map[name] = value?.DeepClone();
                }
            }
        }
    }

    private static string Key(YamlNode node)
    {
        if (node is not YamlScalarNode scalar)
        {
            throw new FormatException($"line {node.Start.Line}: a key must be a scalar");
        }

        return YamlScalars.Read(scalar) switch
        {
            null => "null",
            JsonValue value when value.GetValueKind() == JsonValueKind.String => value.GetValue<string>(),
            var other => other.ToJsonString(),
        };
    }
}
