using System.Text.Json;
using System.Text.Json.Serialization;

namespace MultiEni.Api.Kubernetes;

/// <summary>
/// Interns recently seen short strings, so that values repeated in thousands of objects (label
/// keys, zones, subnets, reasons) are in memory once.
/// </summary>
/// <remarks>
/// Thread-safe without locks: if two threads add the same string at the same time, there may be two
/// copies, which is harmless.
/// </remarks>
public sealed class SharedStrings
{
    /// <summary>Longer strings, such as messages, rarely repeat.</summary>
    public const int Longest = 128;

    // A colliding string evicts the previous one. Repeated strings are added again on their next
    // occurrence, at the cost of a copy.
    private const int Places = 2048;

    private readonly string?[] _places = new string?[Places];

    /// <summary>The instance of this process.</summary>
    public static SharedStrings Default { get; } = new();

    /// <summary>Returns a shared string with this text if there is one.</summary>
    public string Of(ReadOnlySpan<char> text)
    {
        if (text.Length > Longest)
        {
            return new string(text);
        }

        ref var place = ref PlaceOf(text);
        return place is { } known && text.SequenceEqual(known) ? known : place = new string(text);
    }

    /// <summary>Returns an equal shared string if there is one, otherwise this string.</summary>
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

/// <summary>
/// Deserializes strings through <see cref="SharedStrings"/>, because most strings repeat across
/// objects.
/// </summary>
public sealed class SharedStringConverter : JsonConverter<string>
{
    /// <inheritdoc />
    public override string Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            // Without a message, the serializer adds one that names the field.
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
        // JSON text has at least as many bytes as characters.
        var length = reader.HasValueSequence ? reader.ValueSequence.Length : reader.ValueSpan.Length;
        if (length > SharedStrings.Longest)
        {
            return reader.GetString()!;
        }

        Span<char> text = stackalloc char[SharedStrings.Longest];
        return SharedStrings.Default.Of(text[..reader.CopyString(text)]);
    }
}
