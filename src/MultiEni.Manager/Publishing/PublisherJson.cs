using System.Text.Json.Serialization;

namespace MultiEni.Manager.Publishing;

/// <summary>How the record is written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(PublisherRecord))]
internal sealed partial class PublisherJson : JsonSerializerContext;
