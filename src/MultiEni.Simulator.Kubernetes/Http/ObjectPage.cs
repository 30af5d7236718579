using MultiEni.Simulator.Kubernetes.Storage;

namespace MultiEni.Simulator.Kubernetes.Http;

/// <summary>One page of a list.</summary>
/// <param name="Version">The version of the whole list, the same on all its pages.</param>
/// <param name="Objects">The objects of this page.</param>
/// <param name="Continue">The token of the next page; empty on the last.</param>
/// <param name="Remaining">How many follow, when that is known.</param>
internal sealed record ObjectPage(long Version, IReadOnlyList<StoredObject> Objects, string Continue, long? Remaining);
