namespace MultiEni.Simulator.Kubernetes.Schema.Cel;

/// <summary>What a token is.</summary>
internal enum CelTokenKind
{
    Symbol,
    Word,
    Number,
    Text,
}
