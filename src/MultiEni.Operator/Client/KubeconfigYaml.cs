using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace MultiEni.Operator.Client;

/// <summary>Reads YAML as far as a kubeconfig needs it: every scalar is text, because every field but one is.</summary>
internal static class KubeconfigYaml
{
    // A few anchors that hold each other are billions of nodes; a kubeconfig with hundreds of clusters has some thousands.
    private const int MaximumNodes = 100_000;
    private const int MaximumDepth = 50;

    /// <summary>The document, or null when there is nothing in the text.</summary>
    /// <exception cref="FormatException">It is not YAML, or more than one document; the message names the line.</exception>
    public static JsonNode? Parse(string text)
    {
        var stream = new YamlStream();
        try
        {
            stream.Load(new StringReader(text));
        }
        catch (YamlException e)
        {
            throw new FormatException($"line {e.Start.Line}: {e.Message}", e);
        }

        if (stream.Documents.Count > 1)
        {
            throw new FormatException($"line {stream.Documents[1].RootNode.Start.Line}: there is more than one document");
        }

        var budget = MaximumNodes;
        return stream.Documents.Count == 0 ? null : Convert(stream.Documents[0].RootNode, MaximumDepth, ref budget);
    }

    private static JsonNode? Convert(YamlNode node, int depth, ref int budget)
    {
        if (--budget < 0 || depth == 0)
        {
            throw new FormatException($"line {node.Start.Line}: it has more than {MaximumNodes} nodes, or is nested more than {MaximumDepth} deep");
        }

        switch (node)
        {
            case YamlScalarNode scalar:
                return scalar.Style == ScalarStyle.Plain && scalar.Value is null or "" or "~" or "null" or "Null" or "NULL"
                    ? null
                    : JsonValue.Create(scalar.Value);
            case YamlSequenceNode sequence:
                var list = new JsonArray();
                foreach (var item in sequence.Children)
                {
                    list.Add(Convert(item, depth - 1, ref budget));
                }

                return list;
            case YamlMappingNode mapping:
                var map = new JsonObject();
                foreach (var (key, value) in mapping.Children)
                {
                    map[key is YamlScalarNode { Value: { } name } ? name : throw new FormatException($"line {key.Start.Line}: a key must be text")] =
                        Convert(value, depth - 1, ref budget);
                }

                return map;
            default:
                throw new FormatException($"line {node.Start.Line}: unsupported YAML");
        }
    }
}
