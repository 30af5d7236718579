using System.Text.Json.Nodes;
using MultiEni.Api.Kubernetes;

namespace MultiEni.Operator.Client;

/// <summary>
/// Adds and removes finalizers. The patch replaces the list only where it still is the one that was
/// seen, so that no finalizer of others is lost; a test of the resource version would also fail for
/// every status write in between.
/// </summary>
public static class FinalizerPatch
{
    /// <summary>
    /// Adds or removes a finalizer and returns the object as stored; sends nothing when it is as
    /// wanted already.
    /// </summary>
    /// <param name="client">Connection.</param>
    /// <param name="kind">The kind.</param>
    /// <param name="seen">The object as it was seen.</param>
    /// <param name="finalizer">The finalizer.</param>
    /// <param name="present">Whether it should be there.</param>
    /// <param name="onlyAsSeen">
    /// Whether anything that was written since, such as a status, forbids it.
    /// </param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <exception cref="KubernetesApiException">
    /// Refused. <see cref="KubernetesApiException.IsInvalid"/> also means that the finalizers, or
    /// the object, are others than those that were seen.
    /// </exception>
    public static async Task<T> SetFinalizerAsync<T>(
        this KubernetesClient client,
        ResourceKind<T> kind,
        T seen,
        string finalizer,
        bool present,
        bool onlyAsSeen,
        CancellationToken cancellationToken
    )
        where T : class, IKubernetesObject
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(seen);
        return seen.Metadata.HasFinalizer(finalizer) == present
            ? seen
            : await client.JsonPatchAsync(kind, ObjectKey.Of(seen), Operations(seen.Metadata, finalizer, present, onlyAsSeen), cancellationToken);
    }

    private static JsonArray Operations(ObjectMeta metadata, string finalizer, bool present, bool onlyAsSeen)
    {
        var before = metadata.Finalizers ?? [];
        var others = before.Where(other => other != finalizer);
        // Not a collection expression: that calls the generic Add, which ahead-of-time compilation
        // refuses.
        var operations = new JsonArray(
            Operation("test", "/metadata/uid", metadata.Uid),
            // A list that is absent equals null (RFC 6902 leaves it open; the API server has it
            // so).
            Operation("test", "/metadata/finalizers", before.Count == 0 ? null : List(before)),
            Operation("add", "/metadata/finalizers", List(present ? others.Append(finalizer) : others))
        );
        if (onlyAsSeen)
        {
            operations.Insert(0, Operation("test", "/metadata/resourceVersion", metadata.ResourceVersion));
        }

        return operations;
    }

    private static JsonObject Operation(string op, string path, JsonNode? value) =>
        new()
        {
            ["op"] = op,
            ["path"] = path,
            ["value"] = value,
        };

    private static JsonArray List(IEnumerable<string> finalizers) => new([.. finalizers.Select(finalizer => (JsonNode)finalizer)]);
}
