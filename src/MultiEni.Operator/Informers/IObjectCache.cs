using MultiEni.Api.Kubernetes;
using MultiEni.Operator.Client;

namespace MultiEni.Operator.Informers;

/// <summary>
/// The objects an informer knows. Exists only once the first complete list is in: holding one is the proof of that. Every call sees
/// the newest state; what it returns is immutable and shared.
/// </summary>
/// <typeparam name="T">The type of object.</typeparam>
public interface IObjectCache<T>
    where T : class, IKubernetesObject
{
    /// <summary>Number of objects.</summary>
    int Count { get; }

    /// <summary>The object, or null.</summary>
    T? Get(ObjectKey key);

    /// <summary>All objects, in no order.</summary>
    IReadOnlyList<T> List();

    /// <summary>The objects that the index files under a value, in no order.</summary>
    /// <exception cref="ArgumentException">There is no such index.</exception>
    IReadOnlyList<T> ByIndex(string index, string value);
}
