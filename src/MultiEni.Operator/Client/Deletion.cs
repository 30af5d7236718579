using MultiEni.Api.Kubernetes;

namespace MultiEni.Operator.Client;

/// <summary>What a request to delete an object came to.</summary>
/// <param name="Existed">Whether there was anything to delete.</param>
/// <param name="Remaining">The object as it is now, while finalizers or a grace period keep it; null when it is gone.</param>
public readonly record struct Deletion<T>(bool Existed, T? Remaining)
    where T : class, IKubernetesObject;
