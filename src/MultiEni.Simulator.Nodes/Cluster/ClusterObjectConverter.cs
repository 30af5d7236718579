using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace MultiEni.Simulator.Nodes.Cluster;

/// <summary>Reads and writes an object of the API as it is.</summary>
internal sealed class ClusterObjectConverter : JsonConverter<ClusterObject>
{
    public override ClusterObject Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        new(JsonNode.Parse(ref reader) as JsonObject ?? throw new JsonException("an object of the API is no JSON object"));

    public override void Write(Utf8JsonWriter writer, ClusterObject value, JsonSerializerOptions options) => value.WriteTo(writer);
}
