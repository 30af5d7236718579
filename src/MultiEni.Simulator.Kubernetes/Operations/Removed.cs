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
