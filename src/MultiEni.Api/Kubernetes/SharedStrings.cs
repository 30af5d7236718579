using System.Text.Json;
using System.Text.Json.Serialization;

namespace MultiEni.Api.Kubernetes;

/// <summary>
/// Remembers short strings that came by lately, so that what thousands of objects say alike (label keys, zones, subnets, reasons) is in memory once.
/// </summary>
/// <remarks>Safe for concurrent use, without locks: of a string that two threads bring at the same moment there may be two copies, which harms nobody.</remarks>
public sealed class SharedStrings
{
    /// <summary>Longer strings are messages and the like, which rarely repeat.</summary>
    public const int Longest = 128;

    // A string that is in the way of another one is forgotten. What repeats is back with its next appearance, so it costs a copy now and then.
    private const int Places = 2048;

    private readonly string?[] _places = new string?[Places];

    /// <summary>Those of this process.</summary>
    public static SharedStrings Default { get; } = new();

    /// <summary>A string with this text: one that was handed out before, if it is remembered.</summary>
    public string Of(ReadOnlySpan<char> text)
    {
        if (text.Length > Longest)
        {
            return new string(text);
        }

        ref var place = ref PlaceOf(text);
        return place is { } known && text.SequenceEqual(known) ? known : place = new string(text);
    }

    /// <summary>This string, or an equal one that was handed out before.</summary>
    public string Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > Longest)
        {
            return text;
        }

        ref var place = ref PlaceOf(text);
        return place is { } known && known == text ? known : place = text;
    }

    private ref string? PlaceOf(ReadOnlySpan<char> text) => ref _places[(uint)string.GetHashCode(text, StringComparison.Ordinal) % Places];
}

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
