using System.Text.Json.Serialization;
using MultiEni.Cli.Explain;
using MultiEni.Cli.Status;

namespace MultiEni.Cli;

/// <summary>How reports are written for programs.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true
)]
[JsonSerializable(typeof(StatusReport))]
[JsonSerializable(typeof(ReasonEntry))]
[JsonSerializable(typeof(IReadOnlyList<ReasonEntry>))]
internal sealed partial class CliJson : JsonSerializerContext;
