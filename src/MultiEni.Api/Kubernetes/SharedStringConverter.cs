using System.Text.Json;
using System.Text.Json.Serialization;

namespace MultiEni.Api.Kubernetes;

/// <summary>Reads the strings of objects through <see cref="SharedStrings"/>: most of an object's strings are in all other objects too.</summary>
public sealed class SharedStringConverter : JsonConverter<string>
{
    /// <inheritdoc />
    public override string Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            // Without a message of its own it gets one that names the field.
            throw new JsonException();
        }

        return Shared(ref reader);
    }

    /// <inheritdoc />
    public override string ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Shared(ref reader);

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStringValue(value);
    }

    /// <inheritdoc />
    public override void WriteAsPropertyName(Utf8JsonWriter writer, string value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WritePropertyName(value);
    }

    private static string Shared(ref Utf8JsonReader reader)
    {
        // As JSON a text has at least as many bytes as it has characters.
        var length = reader.HasValueSequence ? reader.ValueSequence.Length : reader.ValueSpan.Length;
        if (length > SharedStrings.Longest)
        {
            return reader.GetString()!;
        }

        Span<char> text = stackalloc char[SharedStrings.Longest];
        return SharedStrings.Default.Of(text[..reader.CopyString(text)]);
    }
}
