using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using MultiEni.Api.Kubernetes;

namespace MultiEni.Operator.Client;

/// <summary>Decodes one line of a watch.</summary>
internal static class WatchFrame
{
    /// <summary>The event on the line, or null when its type is not one we know.</summary>
    /// <remarks>
    /// The type must be read before the object, whatever their order: an ERROR carries a Status in
    /// the object's place.
    /// </remarks>
    /// <exception cref="JsonException">The line is not a complete frame.</exception>
    public static WatchEvent<T>? Parse<T>(ReadOnlySequence<byte> line, ResourceKind<T> kind)
        where T : class, IKubernetesObject
    {
        var reader = new Utf8JsonReader(line);
        string? type = null;
        Utf8JsonReader payload = default;
        var hasPayload = false;
        Expect(reader.Read() && reader.TokenType == JsonTokenType.StartObject);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isType = reader.ValueTextEquals("type"u8);
            var isObject = reader.ValueTextEquals("object"u8);
            reader.Read();
            if (isType)
            {
                type = reader.GetString();
            }
            else if (isObject)
            {
                payload = reader;
                hasPayload = true;
            }

            reader.Skip();
        }

        Expect(reader.TokenType == JsonTokenType.EndObject && type is not null && hasPayload);
        return type switch
        {
            "ADDED" => new WatchEvent<T>.Added(Read(ref payload, kind)),
            "MODIFIED" => new WatchEvent<T>.Modified(Read(ref payload, kind)),
            "DELETED" => new WatchEvent<T>.Deleted(Read(ref payload, kind)),
            "BOOKMARK" => new WatchEvent<T>.Bookmark(
                JsonSerializer.Deserialize(ref payload, ClientJson.Default.BookmarkObject)?.Metadata.ResourceVersion ?? ""
            ),
            "ERROR" => new WatchEvent<T>.Error(JsonSerializer.Deserialize(ref payload, ClientJson.Default.KubernetesStatus) ?? new()),
            _ => null,
        };
    }

    private static T Read<T>(ref Utf8JsonReader payload, ResourceKind<T> kind)
        where T : class, IKubernetesObject =>
        JsonSerializer.Deserialize(ref payload, kind.Json) ?? throw new JsonException("a watch frame without an object");

    private static void Expect(bool condition)
    {
        if (!condition)
        {
            throw new JsonException("a line of the watch is not a frame");
        }
    }
}

/// <summary>One frame of a watch.</summary>
/// <typeparam name="T">The watched type.</typeparam>
public abstract record WatchEvent<T>
    where T : class, IKubernetesObject
{
    private WatchEvent() { }

    /// <summary>The object exists now and did not before, or came into the selection.</summary>
    public sealed record Added(T Object) : WatchEvent<T>;

    /// <summary>The object has changed.</summary>
    public sealed record Modified(T Object) : WatchEvent<T>;

    /// <summary>The object is gone or left the selection; its last state is given.</summary>
    public sealed record Deleted(T Object) : WatchEvent<T>;

    /// <summary>Nothing of interest happened up to this version.</summary>
    public sealed record Bookmark(string ResourceVersion) : WatchEvent<T>;

    /// <summary>
    /// The server gives the watch up although it answered with 200 before; 410 means that the
    /// version is too old.
    /// </summary>
    public sealed record Error(KubernetesStatus Status) : WatchEvent<T>;
}

/// <summary>Splits the endless body of a watch into frames, one a line.</summary>
internal sealed class WatchLines<T>(PipeReader body, ResourceKind<T> kind)
    where T : class, IKubernetesObject
{
    /// <summary>The next event, or null when the server ended the watch.</summary>
    /// <exception cref="IOException">The connection was cut in the middle of a frame.</exception>
    public async ValueTask<WatchEvent<T>?> NextAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await body.ReadAsync(cancellationToken);
            var buffer = result.Buffer;
            if (buffer.PositionOf((byte)'\n') is { } newline)
            {
                var line = buffer.Slice(0, newline);
                var next = IsBlank(line) ? null : WatchFrame.Parse(line, kind);
                body.AdvanceTo(buffer.GetPosition(1, newline));
                if (next is not null)
                {
                    return next;
                }
            }
            else if (result.IsCompleted)
            {
                var isCut = !IsBlank(buffer);
                body.AdvanceTo(buffer.End);
                return isCut ? throw new IOException($"watch {kind.Plural}: the connection ended in the middle of a frame") : null;
            }
            else
            {
                body.AdvanceTo(buffer.Start, buffer.End);
            }
        }
    }

    private static bool IsBlank(ReadOnlySequence<byte> line)
    {
        foreach (var segment in line)
        {
            if (segment.Span.IndexOfAnyExcept(" \r\t"u8) >= 0)
            {
                return false;
            }
        }

        return true;
    }
}

/// <summary>
/// The part of a bookmark's object that means something; the rest is an empty shell of the watched
/// kind.
/// </summary>
public sealed record BookmarkObject
{
    /// <summary>Carries the resourceVersion.</summary>
    public ObjectMeta Metadata { get; set; } = new();
}
