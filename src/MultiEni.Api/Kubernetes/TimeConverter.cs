using System.Text.Json;
using System.Text.Json.Serialization;

namespace MultiEni.Api.Kubernetes;

/// <summary>
/// Deserializes timestamps, and invalid or extreme ones as null. The API server's validation is
/// looser than the parser: <c>date-time</c> accepts an offset of 99 hours, and the years 0 and
/// 10000. Without this, one such value in one object would break every list and watch of its kind.
/// </summary>
public sealed class TimeConverter : JsonConverter<DateTimeOffset?>
{
    // Leaves enough room at both ends of the type to add a duration to any parsed time.
    private static readonly DateTimeOffset Earliest = DateTimeOffset.UnixEpoch;
    private static readonly DateTimeOffset Latest = new(9000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <inheritdoc />
    public override DateTimeOffset? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            reader.Skip();
            return null;
        }

        return reader.TryGetDateTimeOffset(out var time) && time >= Earliest && time < Latest ? time : null;
    }

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, DateTimeOffset? value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        if (value is { } time)
        {
            writer.WriteStringValue(time);
        }
        else
        {
            writer.WriteNullValue();
        }
    }
}

/// <summary>Time resolution of the Kubernetes API.</summary>
public static class Timestamps
{
    /// <summary>
    /// Truncates to whole seconds, which is what the API server stores and returns.
    /// </summary>
    public static DateTimeOffset ToSeconds(DateTimeOffset time) => new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerSecond), TimeSpan.Zero);
}
