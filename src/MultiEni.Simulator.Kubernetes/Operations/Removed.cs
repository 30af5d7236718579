using MultiEni.Simulator.Kubernetes.Storage;

namespace MultiEni.Simulator.Kubernetes.Operations;

/// <summary>What became of a deletion.</summary>
internal sealed record Removed(StoredObject Object, bool IsGone)
{
    /// <summary>Texts for the <c>Warning</c> headers.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}
