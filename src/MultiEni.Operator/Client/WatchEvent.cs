using MultiEni.Api.Kubernetes;

namespace MultiEni.Operator.Client;

/// <summary>One frame of a watch.</summary>
/// <typeparam name="T">The watched type.</typeparam>
public abstract record WatchEvent<T>
    where T : class, IKubernetesObject
{
    private WatchEvent() { }

    /// <summary>The object exists now and did not before, or came into the selection.</summary>
    public sealed record Added(T Object) : WatchEvent<T>;

    /// <summary>The object has changed.</summary>
    public sealed record Modified(T Object) : WatchEvent<T>;

    /// <summary>The object is gone or left the selection; its last state is given.</summary>
    public sealed record Deleted(T Object) : WatchEvent<T>;

    /// <summary>Nothing of interest happened up to this version.</summary>
    public sealed record Bookmark(string ResourceVersion) : WatchEvent<T>;

    /// <summary>The server gives the watch up although it answered with 200 before; 410 means that the version is too old.</summary>
    public sealed record Error(KubernetesStatus Status) : WatchEvent<T>;
}
