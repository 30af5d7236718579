using System.Text.Json.Serialization;
using MultiEni.Cli.Doctor;
using MultiEni.Cli.Explain;
using MultiEni.Cli.Status;
using MultiEni.Cli.Sweep;
using MultiEni.Cli.Version;

namespace MultiEni.Cli;

/// <summary>How reports are written for programs.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true
)]
[JsonSerializable(typeof(SweepReport))]
[JsonSerializable(typeof(VersionReport))]
[JsonSerializable(typeof(DoctorReport))]
[JsonSerializable(typeof(StatusReport))]
[JsonSerializable(typeof(ReasonEntry))]
[JsonSerializable(typeof(IReadOnlyList<ReasonEntry>))]
internal sealed partial class CliJson : JsonSerializerContext;
