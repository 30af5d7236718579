using System.Buffers;
using System.Text.Json;
using MultiEni.Api.Kubernetes;

namespace MultiEni.Operator.Client;

/// <summary>Decodes one line of a watch.</summary>
internal static class WatchFrame
{
    /// <summary>The event on the line, or null when its type is not one we know.</summary>
    /// <remarks>The type must be read before the object, whatever their order: an ERROR carries a Status in the object's place.</remarks>
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
