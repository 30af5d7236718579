using System.Text.Json;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace MultiEni.Simulator.Kubernetes.Yaml;

/// <summary>Reads and writes YAML as kubectl does: every document is a JSON object.</summary>
public static class YamlDocuments
{
    /// <summary>
    /// More nodes than this, aliases counted as often as they are used, is a bomb and not a
    /// manifest.
    /// </summary>
    private const int MaximumNodes = 1_000_000;

    /// <summary>All documents of a file; empty ones are left out.</summary>
    /// <exception cref="FormatException">
    /// The text is not YAML, or a document is not a mapping with text for keys.
    /// </exception>
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
            switch (Read(document.RootNode, ref budget))
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

    /// <summary>
    /// One document in block style. Text that could be taken for something else is quoted.
    /// </summary>
    public static string Write(JsonNode node)
    {
        using var text = new StringWriter { NewLine = "\n" };
        var emitter = new Emitter(text, EmitterSettings.Default.WithBestWidth(int.MaxValue));
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart(null, null, isImplicit: true));
        Write(emitter, node);
        emitter.Emit(new DocumentEnd(isImplicit: true));
        emitter.Emit(new StreamEnd());
        return text.ToString();
    }

    private static JsonNode? Read(YamlNode node, ref int budget)
    {
        if (--budget < 0)
        {
            throw new FormatException("the document is too large");
        }

        switch (node)
        {
            case YamlScalarNode scalar:
                var tag = scalar.Tag.IsEmpty ? null : scalar.Tag.Value;
                var isText = tag is "tag:yaml.org,2002:str" or "!" || (tag is null && scalar.Style != ScalarStyle.Plain);
                return isText ? JsonValue.Create(scalar.Value ?? "") : YamlScalars.Read(scalar.Value ?? "");
            case YamlSequenceNode sequence:
                var list = new JsonArray();
                foreach (var item in sequence.Children)
                {
                    list.Add(Read(item, ref budget));
                }

                return list;
            case YamlMappingNode mapping:
                var map = new JsonObject();
                foreach (var (key, value) in mapping.Children)
                {
                    if (key is not YamlScalarNode || key is YamlScalarNode { Value: "<<", Style: ScalarStyle.Plain })
                    {
                        throw new FormatException($"line {key.Start.Line}: a key must be a scalar, and none that merges maps");
                    }

                    map[Read(key, ref budget) is { } name ? name.ToString() : "null"] = Read(value, ref budget);
                }

                return map;
            default:
                throw new FormatException($"line {node.Start.Line}: unsupported YAML");
        }
    }

    private static void Write(Emitter emitter, JsonNode? node)
    {
        switch (node)
        {
            case JsonObject map:
                emitter.Emit(new MappingStart(null, null, isImplicit: true, map.Count > 0 ? MappingStyle.Block : MappingStyle.Flow));
                foreach (var (key, value) in map)
                {
                    emitter.Emit(Scalar(key));
                    Write(emitter, value);
                }

                emitter.Emit(new MappingEnd());
                break;
            case JsonArray list:
                emitter.Emit(new SequenceStart(null, null, isImplicit: true, list.Count > 0 ? SequenceStyle.Block : SequenceStyle.Flow));
                foreach (var item in list)
                {
                    Write(emitter, item);
                }

                emitter.Emit(new SequenceEnd());
                break;
            case JsonValue value when value.GetValueKind() == JsonValueKind.String:
                emitter.Emit(Scalar(value.GetValue<string>()));
                break;
            default:
                emitter.Emit(new Scalar(node?.ToJsonString() ?? "null"));
                break;
        }
    }

    // A block keeps its text only when no line of it starts or ends with a blank and nothing in it
    // needs an escape.
    private static Scalar Scalar(string text)
    {
        var isBlock =
            text.Contains('\n', StringComparison.Ordinal)
            && text[0] is not ('\n' or ' ')
            && text.All(static c => c is '\n' or (>= ' ' and < '\x7f'))
            && !text.Contains(" \n", StringComparison.Ordinal)
            && text[^1] != ' ';
        return new Scalar(
            null,
            null,
            text,
            isBlock ? ScalarStyle.Literal
                : IsPlain(text) ? ScalarStyle.Plain
                : ScalarStyle.DoubleQuoted,
            isPlainImplicit: true,
            isQuotedImplicit: true
        );
    }

    // Stricter than YAML asks for: readers differ in what they make of indicators in the middle of
    // plain text.
    private static bool IsPlain(string text) =>
        text.Length > 0
        && (char.IsAsciiLetter(text[0]) || text[0] == '/')
        && text[^1] is not (' ' or ':')
        && !text.Contains(": ", StringComparison.Ordinal)
        && text.All(static c => char.IsAsciiLetterOrDigit(c) || c is ' ' or '-' or '_' or '.' or '/' or ':' or '(' or ')' or '=' or '+' or ';' or ',')
        && YamlScalars.Read(text) is JsonValue value
        && value.GetValueKind() == JsonValueKind.String;
}
