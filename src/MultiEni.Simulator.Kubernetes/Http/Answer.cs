using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Errors;
using MultiEni.Simulator.Kubernetes.Resources;
using MultiEni.Simulator.Kubernetes.Storage;

namespace MultiEni.Simulator.Kubernetes.Http;

/// <summary>
/// What a request will be answered with. Deciding and sending are apart, so that a fault can strike
/// between them: the write has taken effect and the client never learns.
/// </summary>
internal abstract record Answer
{
    private Answer() { }

    /// <summary>Texts for <c>Warning</c> headers.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>A complete body.</summary>
    public sealed record Body(int Code, ReadOnlyMemory<byte> Content, string ContentType = MediaTypes.Json) : Answer
    {
        public int RetryAfterSeconds { get; init; }
    }

    /// <summary>A list, streamed from the stored bytes of its objects.</summary>
    public sealed record ObjectList(ResourceDefinition Resource, ObjectPage Page) : Answer;

    /// <summary>A stream of changes until the watch ends.</summary>
    public sealed record Stream(ResourceDefinition Resource, WatchRequest Request) : Answer;

    /// <summary>What the API server says of a path that it knows nothing of.</summary>
    public static Body UnknownPage { get; } = new(404, "404 page not found\n"u8.ToArray(), "text/plain; charset=utf-8");

    public static Body Json(JsonNode content, int code = 200) => new(code, StoredObject.ToUtf8(content));

    public static Body Failure(StatusException failure) =>
        new(failure.Code, StoredObject.ToUtf8(failure.ToStatus())) { RetryAfterSeconds = failure.RetryAfterSeconds, Warnings = failure.Warnings };
}
