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

    /// <summary>
    /// Takes over the answer to an own write, which the watch shows only later: whoever reads the cache after this sees the write. An answer of an object
    /// that nothing keeps any more removes it.
    /// </summary>
    void Wrote(T answer);

    /// <summary>Takes an object out that the server said is gone, before the watch shows it.</summary>
    /// <param name="last">The object as it was seen.</param>
    void Gone(T last);
}
