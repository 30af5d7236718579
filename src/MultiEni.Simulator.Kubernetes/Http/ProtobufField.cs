namespace MultiEni.Simulator.Kubernetes.Http;

/// <summary>One field of a protobuf message.</summary>
/// <param name="Name">Its name in JSON.</param>
/// <param name="Type">How its value is written.</param>
/// <param name="Message">The type of an embedded message, or null.</param>
/// <param name="IsList">Whether it repeats.</param>
internal sealed record ProtobufField(string Name, ProtobufType Type, ProtobufMessage? Message = null, bool IsList = false);
