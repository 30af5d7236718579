using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Resources;

namespace MultiEni.Simulator.Kubernetes.Storage;

/// <summary>
/// One version of one object: its JSON as sent, and the few fields that selectors and collectors
/// look at. Immutable, so lists and watches of any number of clients share the bytes.
/// </summary>
internal sealed class StoredObject
{
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private StoredObject(ObjectKey key, long resourceVersion, string uid, ReadOnlyMemory<byte> json)
    {
        Key = key;
        ResourceVersion = resourceVersion;
        Uid = uid;
        Json = json;
    }

    public ObjectKey Key { get; }

    public long ResourceVersion { get; }

    public string Uid { get; }

    public ReadOnlyMemory<byte> Json { get; }

    public required IReadOnlyDictionary<string, string> Labels { get; init; }

    /// <summary>
    /// Values of <see cref="ResourceDefinition.SelectableFields"/>, in that order.
    /// </summary>
    public required IReadOnlyList<string> SelectableValues { get; init; }

    public required IReadOnlyList<string> OwnerUids { get; init; }

    public required bool IsBeingDeleted { get; init; }

    /// <summary>
    /// Stamps the version into <paramref name="obj"/> and freezes it; version zero, of a dry run,
    /// stamps none.
    /// </summary>
    public static StoredObject Freeze(ResourceDefinition resource, JsonObject obj, long resourceVersion)
    {
        var metadata = obj.Metadata();
        if (resourceVersion > 0)
        {
            metadata["resourceVersion"] = resourceVersion.ToString();
        }

        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in metadata["labels"] as JsonObject ?? [])
        {
            labels[name] = value?.GetValue<string>() ?? "";
        }

        return new StoredObject(
            new ObjectKey(resource.Namespaced ? metadata.Text("namespace") ?? "" : "", metadata.Text("name") ?? ""),
            resourceVersion,
            metadata.Text("uid") ?? "",
            ToUtf8(obj)
        )
        {
            Labels = labels,
            SelectableValues =
                resource.SelectableFields.Count == 0 ? [] : [.. resource.SelectableFields.Select(field => SelectableValue(obj, field))],
            OwnerUids = (metadata["ownerReferences"] as JsonArray) is { Count: > 0 } owners
                ? [.. owners.OfType<JsonObject>().Select(static owner => owner.Text("uid") ?? "")]
                : [],
            IsBeingDeleted = metadata["deletionTimestamp"] is not null,
        };
    }

    private static string SelectableValue(JsonObject obj, string field) =>
        field switch
        {
            "source" => obj.TextAt("source.component") is { Length: > 0 } component ? component : obj.TextAt("reportingComponent"),
            "spec.unschedulable" or "spec.hostNetwork" => obj.TextAt(field) == "true" ? "true" : "false",
            _ => obj.TextAt(field),
        };

    /// <summary>A copy of the object that the caller may change.</summary>
    public JsonObject Thaw() => JsonNode.Parse(Json.Span)!.AsObject();

    public static byte[] ToUtf8(JsonNode node)
    {
        var buffer = new ArrayBufferWriter<byte>(2048);
        using (var writer = new Utf8JsonWriter(buffer, WriterOptions))
        {
            node.WriteTo(writer);
        }

        return buffer.WrittenSpan.ToArray();
    }
}
