using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace MultiEni.Cli.Output;

/// <summary>Writes a report for programs, as JSON or YAML.</summary>
internal static class MachineOutput
{
    /// <summary>Writes it.</summary>
    public static void Write<T>(TextWriter output, string format, T report, JsonTypeInfo<T> type)
    {
        if (format == OutputFormats.Json)
        {
            output.WriteLine(JsonSerializer.Serialize(report, type));
            return;
        }

        var emitter = new Emitter(output, new EmitterSettings().WithMaxSimpleKeyLength(1024));
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart(null, null, isImplicit: true));
        Emit(emitter, JsonSerializer.SerializeToNode(report, type));
        emitter.Emit(new DocumentEnd(isImplicit: true));
        emitter.Emit(new StreamEnd());
    }

    private static void Emit(Emitter emitter, JsonNode? node)
    {
        switch (node)
        {
            case JsonObject map:
                emitter.Emit(new MappingStart());
                foreach (var (key, value) in map)
                {
                    emitter.Emit(Text(key));
                    Emit(emitter, value);
                }

                emitter.Emit(new MappingEnd());
                break;
            case JsonArray list:
                emitter.Emit(new SequenceStart(null, null, isImplicit: true, list.Count == 0 ? SequenceStyle.Flow : SequenceStyle.Block));
                foreach (var value in list)
                {
                    Emit(emitter, value);
                }

                emitter.Emit(new SequenceEnd());
                break;
            case JsonValue value when value.GetValueKind() == JsonValueKind.String:
                emitter.Emit(Text(value.ToString()));
                break;
            default:
                emitter.Emit(new Scalar(node?.ToJsonString() ?? "null"));
                break;
        }
    }

    // Quoted where a reader would take it for something else than text.
    private static Scalar Text(string text)
    {
        var looksLikeOther = text.Length == 0 || text is "true" or "false" or "null" or "yes" or "no" or "~" || double.TryParse(text, out _);
        return new Scalar(
            null,
            null,
            text,
            looksLikeOther ? ScalarStyle.DoubleQuoted : ScalarStyle.Any,
            isPlainImplicit: true,
            isQuotedImplicit: true
        );
    }
}
