using System.Text.Json.Serialization;

namespace MultiEni.Manager.Host.Simulated;

/// <summary>The messages of the protocol in <c>SIMULATED.md</c>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(List<string>))]
[JsonSerializable(typeof(NetworkState))]
[JsonSerializable(typeof(HostEvent))]
[JsonSerializable(typeof(SimulatedAnswer))]
[JsonSerializable(typeof(SimulatedLinkChange))]
internal sealed partial class SimulatedJson : JsonSerializerContext;
