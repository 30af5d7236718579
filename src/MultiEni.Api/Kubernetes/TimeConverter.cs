using System.Text.Json;
using System.Text.Json.Serialization;

namespace MultiEni.Api.Kubernetes;

/// <summary>
/// Reads the times of objects, and a time that cannot be read or calculated with as none. The API server's checks are looser than the
/// reader: <c>date-time</c> takes an offset of 99 hours, and the year 0 or 10000. Without this, one such value in one object would fail
/// every list and watch of its kind.
/// </summary>
public sealed class TimeConverter : JsonConverter<DateTimeOffset?>
{
    // Far enough from both ends of the type that a duration can be added to every time that is read.
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

/// <summary>The resolution of time in the Kubernetes API.</summary>
public static class Timestamps
{
    /// <summary>Cuts the fraction of a second off: the API server stores whole seconds and would hand back a different value.</summary>
    public static DateTimeOffset ToSeconds(DateTimeOffset time) => new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerSecond), TimeSpan.Zero);
}
