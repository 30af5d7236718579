using MultiEni.Simulator.Kubernetes.Storage;

namespace MultiEni.Simulator.Kubernetes.Operations;

/// <summary>What became of a deletion.</summary>
/// <param name="Object">The object as it is now, or was last.</param>
/// <param name="IsGone">False while finalizers or a grace period hold it.</param>
internal sealed record Removed(StoredObject Object, bool IsGone)
{
    /// <summary>Texts for the <c>Warning</c> headers.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}

/// <summary>What became of a write.</summary>
/// <param name="Object">The object as it is now.</param>
/// <param name="IsNew">Whether the write created it.</param>
/// <param name="Warnings">Texts for the <c>Warning</c> headers.</param>
internal sealed record Written(StoredObject Object, bool IsNew, IReadOnlyList<string> Warnings);
