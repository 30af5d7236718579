using System.Text.Json.Serialization;

namespace MultiEni.Manager.Setup;

/// <summary>How the record is written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(SetupRecord))]
internal sealed partial class SetupJson : JsonSerializerContext;
