namespace MultiEni.Simulator.Kubernetes.Types;

/// <summary>What a value of a built-in type is.</summary>
internal enum ValueKind
{
    Text,
    Integer,
    Flag,
    Bytes,
    Time,
    MicroTime,
    Quantity,
    IntOrString,
    Any,
    Object,
    List,
    Map,
}
