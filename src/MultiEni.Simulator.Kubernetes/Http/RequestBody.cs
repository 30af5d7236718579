using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using MultiEni.Simulator.Kubernetes.Errors;
using MultiEni.Simulator.Kubernetes.Yaml;

namespace MultiEni.Simulator.Kubernetes.Http;

/// <summary>Reads the body of a request, JSON or YAML.</summary>
internal static class RequestBody
{
    /// <summary>The body as an object.</summary>
    /// <exception cref="StatusException">400: it is not one. 415: its media type is not understood.</exception>
    public static async Task<JsonObject> ReadObjectAsync(HttpRequest request, CancellationToken cancellationToken) =>
        await ReadAsync(request, cancellationToken) as JsonObject
        ?? throw StatusErrors.BadRequest("the object provided is unrecognized (must be of type object)");

    /// <summary>The body, or null when there is none.</summary>
    /// <exception cref="StatusException">400: it is not well-formed. 415: its media type is not understood.</exception>
    public static async Task<JsonNode?> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        using var buffer = new MemoryStream();
        await request.Body.CopyToAsync(buffer, cancellationToken);
        var content = buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
        if (content.IsEmpty)
        {
            return null;
        }

        var mediaType = MediaTypes.Bare(request.ContentType);
        if (mediaType.Contains("protobuf", StringComparison.Ordinal))
        {
            return ProtobufBody.Read(content);
        }

        if (mediaType.Contains("cbor", StringComparison.Ordinal))
        {
            throw StatusErrors.UnsupportedMediaType("application/json, application/yaml");
        }

        try
        {
            // An apply patch is YAML by name, and JSON from most clients; JSON is the quicker to read.
            var first = content.Span.TrimStart(" \t\r\n"u8);
            var isYaml = mediaType.EndsWith("yaml", StringComparison.Ordinal) && (first.IsEmpty || first[0] != (byte)'{');
            return isYaml ? FromYaml(content.Span) : JsonNode.Parse(content.Span);
        }
        catch (Exception malformed) when (malformed is JsonException or FormatException or YamlDotNet.Core.YamlException)
        {
            throw StatusErrors.BadRequest($"couldn't get version/kind; json parse error: {malformed.Message}");
        }
    }

    private static JsonObject? FromYaml(ReadOnlySpan<byte> content) =>
        YamlDocuments.Parse(Encoding.UTF8.GetString(content)) is [var only, ..] ? only : null;
}
