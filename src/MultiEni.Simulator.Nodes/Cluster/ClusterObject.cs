using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using MultiEni.Api;
using MultiEni.Api.Kubernetes;

namespace MultiEni.Simulator.Nodes.Cluster;

/// <summary>
/// An object of the API with all its fields, of which the cluster's parts look at a few. Not to be
/// changed.
/// </summary>
[JsonConverter(typeof(ClusterObjectConverter))]
internal sealed class ClusterObject(JsonObject json) : IKubernetesObject
{
    public string? ApiVersion => json["apiVersion"]?.GetValue<string>();

    public string? Kind => json["kind"]?.GetValue<string>();

    // Read once: caches look at it from several threads, and a JsonNode unfolds when it is read.
    public ObjectMeta Metadata { get; } = json["metadata"]?.Deserialize(ApiJson.Default.ObjectMeta) ?? new();

    internal JsonNode? this[string field] => json[field];

    internal ObjectKey Key => ObjectKey.Of(this);

    internal string Name => Metadata.Name;

    internal string Namespace => Metadata.Namespace ?? "";

    internal string Uid => Metadata.Uid ?? "";

    internal string Phase => json["status"]?["phase"]?.GetValue<string>() ?? "Pending";

    internal string NodeName => json["spec"]?["nodeName"]?.GetValue<string>() ?? "";

    internal IEnumerable<JsonObject> Containers => (json["spec"]?["containers"] as JsonArray ?? []).OfType<JsonObject>();

    /// <summary>All of it; to be read only.</summary>
    internal JsonObject Json => json;

    internal void WriteTo(Utf8JsonWriter writer) => json.WriteTo(writer);
}
