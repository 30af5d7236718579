namespace MultiEni.Simulator.Kubernetes.Http;

/// <summary>The fields of one protobuf message type that the simulator understands, by their numbers.</summary>
/// <param name="Fields">Name in JSON and type of each field.</param>
internal sealed record ProtobufMessage(IReadOnlyDictionary<int, ProtobufField> Fields);
