namespace MultiEni.Simulator.Kubernetes.Http;

/// <summary>How a protobuf value becomes JSON.</summary>
internal enum ProtobufType
{
    Text,
    Base64,
    Integer,
    Flag,
    Message,

    /// <summary>A map with values of text.</summary>
    TextMap,

    /// <summary>A map with values of bytes, which JSON writes as base64.</summary>
    Base64Map,
}
