namespace MultiEni.Simulator.Kubernetes.Schema.Cel;

internal enum CelTokenKind
{
    End,
    Identifier,
    Symbol,
    Literal,
}
