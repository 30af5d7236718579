using MultiEni.Simulator.Kubernetes.Storage;

namespace MultiEni.Simulator.Kubernetes.Operations;

/// <summary>What became of a deletion.</summary>
internal sealed record Removed(StoredObject Object, bool IsGone)
{
    /// <summary>Texts for the <c>Warning</c> headers.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}

/// <summary>What became of a write.</summary>
internal sealed record Written(StoredObject Object, bool IsNew, IReadOnlyList<string> Warnings);
