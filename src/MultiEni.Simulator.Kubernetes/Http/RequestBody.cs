using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using MultiEni.Simulator.Kubernetes.Errors;
using MultiEni.Simulator.Kubernetes.Yaml;

namespace MultiEni.Simulator.Kubernetes.Http;

/// <summary>The body of a request, JSON, YAML or protobuf.</summary>
/// <param name="Content">What it says; null when it is empty.</param>
/// <param name="RepeatedFields">
/// Fields that it says more than once, as strict validation names them.
/// </param>
/// <param name="Text">It as it was sent.</param>
internal sealed record RequestBody(JsonNode? Content, IReadOnlyList<string> RepeatedFields, string Text)
{
    private const int MostBytes = 3 * 1024 * 1024;
    private const int ShownCharacters = 30;

    /// <summary>The body as an object.</summary>
    /// <exception cref="StatusException">400: it is not one.</exception>
    public JsonObject Object =>
        Content as JsonObject ?? throw StatusErrors.BadRequest("the object provided is unrecognized (must be of type object)");

    /// <summary>What is said of a custom object that does not say what it is.</summary>
    public StatusException HasNoKind(string expected) =>
        StatusErrors.BadRequest(
            $"the object provided is unrecognized (must be of type {expected}): Object 'Kind' is missing in '{Text}' "
                + $"({(Text.Length > ShownCharacters ? Text[..ShownCharacters] + " ..." : Text)})"
        );

    /// <summary>Reads the body of a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="StatusException">
    /// 413: it is too large. 415: its media type is not understood. 501: it is malformed.
    /// </exception>
    public static async Task<RequestBody> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        using var buffer = new MemoryStream();
        await request.Body.CopyToAsync(buffer, cancellationToken);
        var content = buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
        if (content.Length > MostBytes)
        {
            throw StatusErrors.TooLarge();
        }

        if (content.IsEmpty)
        {
            return new RequestBody(null, [], "");
        }

        var mediaType = MediaTypes.Bare(request.ContentType);
        if (mediaType.Contains("protobuf", StringComparison.Ordinal))
        {
            return new RequestBody(ProtobufBody.Read(content), [], "");
        }

        if (!MediaTypes.IsText(mediaType))
        {
            throw StatusErrors.UnsupportedMediaType();
        }

        try
        {
            // An apply patch is YAML by name, and JSON from most clients; JSON is the quicker to
            // read.
            var first = content.Span.TrimStart(" \t\r\n"u8);
            if (mediaType.EndsWith("yaml", StringComparison.Ordinal) && (first.IsEmpty || first[0] != (byte)'{'))
            {
                return new RequestBody(FromYaml(content.Span), [], Encoding.UTF8.GetString(content.Span));
            }

            var repeated = new List<string>();
            return new RequestBody(ReadJson(content.Span, repeated), repeated, Encoding.UTF8.GetString(content.Span));
        }
        catch (Exception malformed) when (malformed is JsonException or FormatException or YamlDotNet.Core.YamlException)
        {
            throw new NotSimulatedException($"a malformed body: {malformed.Message}");
        }
    }

    private static JsonNode? ReadJson(ReadOnlySpan<byte> content, List<string> repeated)
    {
        var reader = new Utf8JsonReader(content);
        reader.Read();
        var value = ReadValue(ref reader, "", repeated);
        reader.Read();
        return value;
    }

    // Of a field that is there more than once, the last one counts.
    private static JsonNode? ReadValue(ref Utf8JsonReader reader, string path, List<string> repeated)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                var obj = new JsonObject();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    var name = reader.GetString()!;
                    var at = path.Length == 0 ? name : $"{path}.{name}";
                    reader.Read();
                    if (obj.Remove(name))
                    {
                        repeated.Add($"duplicate field \"{at}\"");
                    }

                    obj[name] = ReadValue(ref reader, at, repeated);
                }

                return obj;
            case JsonTokenType.StartArray:
                var list = new JsonArray();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    list.Add(ReadValue(ref reader, $"{path}[{list.Count}]", repeated));
                }

                return list;
            case JsonTokenType.Null:
                return null;
            default:
                return JsonNode.Parse(ref reader);
        }
    }

    private static JsonObject? FromYaml(ReadOnlySpan<byte> content) =>
        YamlDocuments.Parse(Encoding.UTF8.GetString(content)) is [var only, ..] ? only : null;
}
