namespace MultiEni.Manager.Kubelet.Wire;

/// <summary>How a field's value is written (protobuf.dev, "Encoding").</summary>
internal static class WireTypes
{
    internal const int Varint = 0;
    internal const int Fixed64 = 1;
    internal const int Bytes = 2;
    internal const int Fixed32 = 5;
}
