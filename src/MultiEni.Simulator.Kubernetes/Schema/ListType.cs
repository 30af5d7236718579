namespace MultiEni.Simulator.Kubernetes.Schema;

/// <summary><c>x-kubernetes-list-type</c>.</summary>
internal enum ListType
{
    Atomic,
    Set,
    Map,
}
