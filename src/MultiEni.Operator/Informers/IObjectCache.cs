using MultiEni.Api.Kubernetes;
using MultiEni.Operator.Diagnostics;

namespace MultiEni.Operator.Informers;

/// <summary>
/// The objects an informer knows. Exists only once the first complete list is in: holding one is
/// the proof of that. Every call sees the newest state; what it returns is immutable and shared.
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
    /// Takes over the answer to an own write, which the watch shows only later: whoever reads the
    /// cache after this sees the write. An answer of an object that nothing keeps any more removes
    /// it.
    /// </summary>
    void Wrote(T answer);

    /// <summary>
    /// Takes an object out that the server said is gone, before the watch shows it.
    /// </summary>
    /// <param name="last">The object as it was seen.</param>
    void Gone(T last);
}

/// <summary>What happened to one object, as a subscriber of an informer hears it.</summary>
/// <typeparam name="T">The type of object.</typeparam>
public abstract record ObjectChange<T>
    where T : class, IKubernetesObject
{
    private ObjectChange() { }

    /// <summary>The newest known state: of a deleted object, its last.</summary>
    public abstract T Current { get; }

    /// <summary>The object is new to the subscriber.</summary>
    public sealed record Added(T Object) : ObjectChange<T>
    {
        /// <inheritdoc />
        public override T Current => Object;
    }

    /// <summary>The object has another resourceVersion than before.</summary>
    public sealed record Updated(T Old, T New) : ObjectChange<T>
    {
        /// <inheritdoc />
        public override T Current => New;
    }

    /// <summary>
    /// The object is gone; its last known state, which may be older than its last real one.
    /// </summary>
    public sealed record Deleted(T Last) : ObjectChange<T>
    {
        /// <inheritdoc />
        public override T Current => Last;
    }
}

/// <summary>Health checks of informers.</summary>
public static class InformerChecks
{
    /// <summary>
    /// Watches an informer: ready as long as its cache is current, alive as long as it asks.
    /// </summary>
    public static void Add<T>(this HealthChecks checks, string name, Informer<T> informer)
        where T : class, IKubernetesObject
    {
        ArgumentNullException.ThrowIfNull(checks);
        ArgumentNullException.ThrowIfNull(informer);
        checks.AddReadiness(name, informer.Readiness);
        checks.AddLiveness(name, informer.Liveness);
    }
}
