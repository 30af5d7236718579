using System.Text.Json.Serialization;

namespace MultiEni.Cli.Map;

/// <summary>JSON for the page; nulls are left out.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(MapItem))]
[JsonSerializable(typeof(EniStory))]
internal sealed partial class MapJson : JsonSerializerContext;
