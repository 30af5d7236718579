using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace MultiEni.Operator.Logging;

/// <summary>One event of the log, and how it looks as a line.</summary>
internal sealed record LogLine(
    LogLevel Level,
    string Category,
    int EventId,
    string Message,
    IReadOnlyList<KeyValuePair<string, object?>> Fields,
    Exception? Exception
)
{
    private static readonly JsonWriterOptions JsonOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly string[] Reserved = ["time", "level", "logger", "event", "message", "exception"];

    /// <summary>When it was written; UTC.</summary>
    public DateTime Time { get; init; }

    /// <summary>
    /// One JSON object; a field with the name of one of the line's own is prefixed.
    /// </summary>
    public string ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, JsonOptions))
        {
            json.WriteStartObject();
            json.WriteString("time", Stamp);
            json.WriteString("level", LevelWord);
            json.WriteString("logger", Category);
            json.WriteNumber("event", EventId);
            json.WriteString("message", Message);
            foreach (var (name, value) in Fields)
            {
                Write(json, Reserved.Contains(name) ? $"field.{name}" : name, value);
            }

            if (Exception is not null)
            {
                json.WriteString("exception", Exception.ToString());
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>
    /// Time, level, category, message and the fields that the message does not show.
    /// </summary>
    public string ToText()
    {
        var text = new StringBuilder();
        text.Append(Stamp).Append(' ').Append(LevelWord.ToUpperInvariant().PadRight(7)).Append(' ');
        text.Append(Category[(Category.LastIndexOf('.') + 1)..]).Append(": ").Append(OneLine(Message));
        foreach (var (name, value) in Fields)
        {
            var shown = AsText(value);
            if (!Message.Contains(shown, StringComparison.Ordinal))
            {
                text.Append(' ').Append(name).Append('=').Append(Quoted(shown));
            }
        }

        if (Exception is not null)
        {
            text.Append(" | ").Append(OneLine(Exception.ToString()));
        }

        return text.ToString();
    }

    private string Stamp => Time.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private string LevelWord =>
        Level switch
        {
            LogLevel.Trace => "trace",
            LogLevel.Debug => "debug",
            LogLevel.Information => "info",
            LogLevel.Warning => "warning",
            _ => "error",
        };

    private static void Write(Utf8JsonWriter json, string name, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNull(name);
                break;
            case bool truth:
                json.WriteBoolean(name, truth);
                break;
            case int or long or short or byte or uint:
                json.WriteNumber(name, Convert.ToInt64(value, CultureInfo.InvariantCulture));
                break;
            case double number when double.IsFinite(number):
                json.WriteNumber(name, number);
                break;
            default:
                json.WriteString(name, AsText(value));
                break;
        }
    }

    private static string AsText(object? value) =>
        value switch
        {
            null => "",
            bool truth => truth ? "true" : "false",
            TimeSpan duration => Configuration.GoDuration.Format(duration),
            IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
            string text => text,
            System.Collections.IEnumerable many => string.Join(", ", many.Cast<object?>().Select(AsText)),
            _ => value.ToString() ?? "",
        };

    private static string Quoted(string text) =>
        text.Length == 0 || text.AsSpan().IndexOfAny(" \"=\n\t") >= 0 ? $"\"{OneLine(text).Replace("\"", "\\\"", StringComparison.Ordinal)}\"" : text;

    private static string OneLine(string text) =>
        text.ReplaceLineEndings("\n").Replace("\n", " | ", StringComparison.Ordinal).Replace("\t", " ", StringComparison.Ordinal);
}

/// <summary>How a log line looks.</summary>
public enum LogFormat
{
    /// <summary>For people: time, level, source, message, fields.</summary>
    Text,

    /// <summary>For machines: one JSON object.</summary>
    Json,
}
