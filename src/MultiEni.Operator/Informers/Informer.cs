using Microsoft.Extensions.Logging;
using MultiEni.Api.Kubernetes;
using MultiEni.Operator.Client;

namespace MultiEni.Operator.Informers;

/// <summary>Keeps a local copy of the objects of a kind: lists once, then follows the changes, whatever breaks in between.</summary>
/// <typeparam name="T">The type of object.</typeparam>
public sealed class Informer<T>(
    KubernetesClient client,
    ResourceKind<T> kind,
    InformerScope scope,
    Func<T, T>? trim,
    TimeProvider time,
    ILogger logger
)
    where T : class, IKubernetesObject
{
    /// <summary>How the informer is doing.</summary>
    public InformerHealth Health => throw new NotImplementedException();

    /// <summary>Registers an index. Must come before <see cref="RunAsync"/>.</summary>
    /// <exception cref="InvalidOperationException">The informer runs already, or the name is taken.</exception>
    public void AddIndex(string name, Func<T, IEnumerable<string>> values) =>
        throw new NotImplementedException();

    /// <summary>Runs until cancelled; survives every failure of the connection.</summary>
    public Task RunAsync(CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>The cache, as soon as the first complete list is in. There is no other way to it.</summary>
    public Task<IObjectCache<T>> SyncedAsync(CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>
    /// Calls <paramref name="onChange"/> for every object known now, as added, and for every change from now on, one at a time and in
    /// order, until disposed. The call must be short: it holds up the informer.
    /// </summary>
    public IDisposable Subscribe(Action<ObjectChange<T>> onChange) =>
        throw new NotImplementedException();
}
