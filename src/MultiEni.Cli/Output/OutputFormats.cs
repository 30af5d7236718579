using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace MultiEni.Cli.Output;

/// <summary>Values of <c>--output</c>.</summary>
internal static class OutputFormats
{
    /// <summary>For people.</summary>
    public const string Text = "text";

    /// <summary>For people, with more columns.</summary>
    public const string Wide = "wide";

    /// <summary>For programs.</summary>
    public const string Json = "json";

    /// <summary>For programs and people.</summary>
    public const string Yaml = "yaml";

    /// <summary>
    /// The option <c>-o</c> with the formats that a command supports; the first is the default.
    /// </summary>
    public static Option<string> Option(params string[] formats)
    {
        var option = new Option<string>("--output", "-o")
        {
            Description = $"Output format: {string.Join(", ", formats)}.",
            HelpName = string.Join('|', formats),
            DefaultValueFactory = _ => formats[0],
        };
        option.AcceptOnlyFromAmong(formats);
        return option;
    }
}

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

    // Quoted if a parser would not read it as a string.
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
