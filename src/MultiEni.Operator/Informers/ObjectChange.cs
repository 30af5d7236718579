using MultiEni.Api.Kubernetes;

namespace MultiEni.Operator.Informers;

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

    /// <summary>The object is gone; its last known state, which may be older than its last real one.</summary>
    public sealed record Deleted(T Last) : ObjectChange<T>
    {
        /// <inheritdoc />
        public override T Current => Last;
    }
}
