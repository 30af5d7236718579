using System.Text.Json.Serialization;

namespace MultiEni.Simulator.Nodes;

/// <summary>The JSON of the wire protocol of a simulated host.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(IReadOnlyList<string>))]
[JsonSerializable(typeof(SimulatedNetwork))]
[JsonSerializable(typeof(SimulatedCounters))]
[JsonSerializable(typeof(KernelEvent))]
[JsonSerializable(typeof(LinkChange))]
[JsonSerializable(typeof(ItemChange))]
[JsonSerializable(typeof(OperationResult))]
internal sealed partial class HostJson : JsonSerializerContext;
