using System.Text.Json.Serialization;

namespace MultiEni.Cli.Explain;

/// <summary>How the report is written for programs.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true
)]
[JsonSerializable(typeof(ReasonEntry))]
[JsonSerializable(typeof(IReadOnlyList<ReasonEntry>))]
internal sealed partial class ExplainJson : JsonSerializerContext;
