using System.Text.Json.Nodes;
using MultiEni.Api.Kubernetes;

namespace MultiEni.Operator.Client;

/// <summary>The verbs of the Kubernetes REST API. Safe for concurrent use.</summary>
/// <remarks>
/// Refusals are <see cref="KubernetesApiException"/>; a request that gets no answer in time is a <see cref="TimeoutException"/>; a
/// broken connection is an <see cref="HttpRequestException"/> or <see cref="IOException"/>. 429 is waited out a few times.
/// </remarks>
public sealed class KubernetesClient(HttpClient http, TimeProvider time)
{
    /// <summary>The object, or null when it does not exist.</summary>
    public Task<T?> GetAsync<T>(
        ResourceKind<T> kind,
        ObjectKey key,
        CancellationToken cancellationToken
    )
        where T : class, IKubernetesObject => throw new NotImplementedException();

    /// <summary>One page of objects; ask again with <see cref="ListMeta.Continue"/> for the next.</summary>
    public Task<KubernetesList<T>> ListAsync<T>(
        ResourceKind<T> kind,
        ListOptions options,
        CancellationToken cancellationToken
    )
        where T : class, IKubernetesObject => throw new NotImplementedException();

    /// <summary>Changes as they happen, until the server ends the watch.</summary>
    public IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(
        ResourceKind<T> kind,
        WatchOptions options,
        CancellationToken cancellationToken
    )
        where T : class, IKubernetesObject => throw new NotImplementedException();

    /// <summary>Creates the object and returns it as stored.</summary>
    public Task<T> CreateAsync<T>(ResourceKind<T> kind, T obj, CancellationToken cancellationToken)
        where T : class, IKubernetesObject => throw new NotImplementedException();

    /// <summary>
    /// Server-side apply: the fields present in <paramref name="patch"/> become <paramref name="fieldManager"/>'s, and those that it
    /// applied before and leaves out now are removed. Creates the object when it does not exist.
    /// </summary>
    /// <param name="kind">The kind; apiVersion and kind are filled in.</param>
    /// <param name="patch">Name (and namespace) and the fields to claim, others null.</param>
    /// <param name="fieldManager">Whose fields they are.</param>
    /// <param name="force">Take fields from other managers instead of failing with a conflict.</param>
    /// <param name="subresource">Such as <c>status</c>, or null for the object itself.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    public Task<T> ApplyAsync<T>(
        ResourceKind<T> kind,
        T patch,
        string fieldManager,
        bool force,
        string? subresource,
        CancellationToken cancellationToken
    )
        where T : class, IKubernetesObject => throw new NotImplementedException();

    /// <summary>JSON merge patch (RFC 7386): null removes a field, lists are replaced as a whole.</summary>
    public Task<T> MergePatchAsync<T>(
        ResourceKind<T> kind,
        ObjectKey key,
        JsonNode patch,
        string? subresource,
        CancellationToken cancellationToken
    )
        where T : class, IKubernetesObject => throw new NotImplementedException();

    /// <summary>Replaces the object; fails with a conflict when its resourceVersion is not the present one.</summary>
    public Task<T> ReplaceAsync<T>(
        ResourceKind<T> kind,
        T obj,
        string? subresource,
        CancellationToken cancellationToken
    )
        where T : class, IKubernetesObject => throw new NotImplementedException();

    /// <summary>Asks for the deletion; finalizers may keep the object for a while. Returns whether it existed.</summary>
    public Task<bool> DeleteAsync<T>(
        ResourceKind<T> kind,
        ObjectKey key,
        DeleteOptions options,
        CancellationToken cancellationToken
    )
        where T : class, IKubernetesObject => throw new NotImplementedException();
}
