using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using MultiEni.Api.Kubernetes;

namespace MultiEni.Operator.Client;

/// <summary>The verbs of the Kubernetes REST API. Safe for concurrent use.</summary>
/// <remarks>
/// Refusals are <see cref="KubernetesApiException"/>; a request that gets no answer in time is a
/// <see cref="TimeoutException"/>; a broken connection, or an answer that is no JSON, is an
/// <see cref="HttpRequestException"/> or <see cref="IOException"/>. 429 is waited out a few times.
/// </remarks>
/// <param name="http">
/// From <see cref="KubernetesConnection.Open"/>; without a timeout of its own.
/// </param>
/// <param name="time">Clock for deadlines and waits.</param>
/// <param name="beforeWrite">
/// Called immediately before anything that can change an object is sent, repeats included; what it
/// throws stops the request.
/// </param>
/// <param name="afterWrite">Called with what became of every write.</param>
public sealed class KubernetesClient(HttpClient http, TimeProvider time, Action? beforeWrite = null, Action<WriteOutcome>? afterWrite = null)
{
    /// <summary>How many objects are asked for at a time, as client-go's pager does.</summary>
    public const int PageSize = 500;

    private const string MergePatch = "application/merge-patch+json";
    private const string JsonPatch = "application/json-patch+json";

    // JSON is YAML, so the body may be JSON; only this media type is accepted by every server
    // version.
    private const string ApplyPatch = "application/apply-patch+yaml";

    private readonly RequestSender _sender = new(http, time, beforeWrite, afterWrite);

    private KubernetesClient(HttpClient http, TimeProvider time, Action? beforeWrite, bool renewsConnections)
        : this(http, time, beforeWrite) => _sender.RenewsConnections = renewsConnections;

    /// <summary>
    /// The same connection, with a check before every write: what is written through it is written
    /// by a leader or not at all.
    /// </summary>
    public KubernetesClient GuardedBy(Action check) => new(http, time, check, afterWrite);

    /// <summary>
    /// The same, each request over a new connection, which those that follow share: for use when
    /// the present one may be dead without anybody having said so.
    /// </summary>
    internal KubernetesClient OverNewConnection() => new(http, time, beforeWrite, renewsConnections: true);

    /// <summary>The object, or null when it does not exist.</summary>
    public async Task<T?> GetAsync<T>(ResourceKind<T> kind, ObjectKey key, CancellationToken cancellationToken)
        where T : class, IKubernetesObject
    {
        ArgumentNullException.ThrowIfNull(kind);
        try
        {
            var request = new ApiRequest(Describe("get", kind, key, null), HttpMethod.Get, kind.ObjectPath(key, null));
            return await _sender.SendAsync(request, kind.Json, cancellationToken);
        }
        catch (KubernetesApiException e) when (e.IsNotFound)
        {
            return null;
        }
    }

    /// <summary>
    /// Reads what is not an object, such as what a pod answers through the subresource <c>proxy</c>.
    /// </summary>
    /// <param name="name">Verb, resource and object, for messages.</param>
    /// <param name="path">Path and query relative to the server.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <exception cref="KubernetesApiException">The server, or who is behind it, refused.</exception>
    public Task<string> GetTextAsync(string name, string path, CancellationToken cancellationToken) =>
        _sender.SendAsync(new ApiRequest(name, HttpMethod.Get, path), Encoding.UTF8.GetString, cancellationToken);

    /// <summary>All objects that match, in pages.</summary>
    public async Task<IReadOnlyList<T>> ListAllAsync<T>(ResourceKind<T> kind, ListOptions options, CancellationToken cancellationToken)
        where T : class, IKubernetesObject
    {
        ArgumentNullException.ThrowIfNull(options);
        var all = new List<T>();
        string? next = null;
        do
        {
            var page = await ListAsync(kind, options with { Limit = PageSize, Continue = next }, cancellationToken);
            all.AddRange(page.Items);
            next = page.Metadata.Continue;
        } while (!string.IsNullOrEmpty(next));
        return all;
    }

    /// <summary>
    /// One page of objects; ask again with <see cref="ListMeta.Continue"/> for the next.
    /// </summary>
    public Task<KubernetesList<T>> ListAsync<T>(ResourceKind<T> kind, ListOptions options, CancellationToken cancellationToken)
        where T : class, IKubernetesObject
    {
        ArgumentNullException.ThrowIfNull(kind);
        ArgumentNullException.ThrowIfNull(options);
        var query = new QueryString()
            .Add("labelSelector", options.LabelSelector)
            .Add("fieldSelector", options.FieldSelector)
            .Add("limit", options.Limit?.ToString())
            .Add("continue", options.Continue)
            .Add("resourceVersion", options.ResourceVersion);
        var request = new ApiRequest($"list {kind.Plural}", HttpMethod.Get, kind.CollectionPath(options.Namespace) + query);
        return _sender.SendAsync(request, kind.ListJson, cancellationToken);
    }

    /// <summary>Changes as they happen, until the server ends the watch.</summary>
    /// <remarks>
    /// A connection that stays silent beyond timeout and grace ends in a
    /// <see cref="TimeoutException"/>.
    /// </remarks>
    public async IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(
        ResourceKind<T> kind,
        WatchOptions options,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
        where T : class, IKubernetesObject
    {
        ArgumentNullException.ThrowIfNull(kind);
        ArgumentNullException.ThrowIfNull(options);
        var query = new QueryString()
            .Add("watch", "true")
            .Add("labelSelector", options.LabelSelector)
            .Add("fieldSelector", options.FieldSelector)
            .Add("resourceVersion", options.ResourceVersion)
            .Add("allowWatchBookmarks", options.AllowBookmarks ? "true" : null)
            .Add("timeoutSeconds", ((long)options.Timeout.TotalSeconds).ToString());
        var request = new ApiRequest($"watch {kind.Plural}", HttpMethod.Get, kind.CollectionPath(options.Namespace) + query);
        using var deadline = new RequestDeadline(request.Name, options.Timeout + options.Grace, time, cancellationToken);
        using var response = await deadline.RunAsync(async token => await _sender.OpenAsync(request, token));
        var body = PipeReader.Create(await response.Content.ReadAsStreamAsync(cancellationToken));
        var lines = new WatchLines<T>(body, kind);
        while (await deadline.RunAsync(lines.NextAsync) is { } next)
        {
            yield return next;
        }
    }

    /// <summary>Creates the object and returns it as stored.</summary>
    public Task<T> CreateAsync<T>(ResourceKind<T> kind, T obj, CancellationToken cancellationToken)
        where T : class, IKubernetesObject => CreateAsync(kind, obj, subresource: null, cancellationToken);

    /// <summary>
    /// Creates the object, or a subresource that can only be created, such as <c>binding</c>, and
    /// returns the answer.
    /// </summary>
    public Task<T> CreateAsync<T>(ResourceKind<T> kind, T obj, string? subresource, CancellationToken cancellationToken)
        where T : class, IKubernetesObject
    {
        ArgumentNullException.ThrowIfNull(kind);
        var key = ObjectKey.Of(obj);
        var path = subresource is null ? kind.CollectionPath(key.Namespace) : kind.ObjectPath(key, subresource);
        return _sender.SendAsync(Write("create", kind, key, subresource, HttpMethod.Post, path, Body(kind, obj)), kind.Json, cancellationToken);
    }

    /// <summary>
    /// Server-side apply: the fields present in <paramref name="patch"/> become
    /// <paramref name="fieldManager"/>'s, and those that it applied before and leaves out now are
    /// removed. Creates the object when it does not exist.
    /// </summary>
    /// <param name="kind">The kind; apiVersion and kind are filled in.</param>
    /// <param name="patch">Name (and namespace) and the fields to claim, others null.</param>
    /// <param name="fieldManager">Whose fields they are.</param>
    /// <param name="force">
    /// Take fields from other managers instead of failing with a conflict.
    /// </param>
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
        where T : class, IKubernetesObject
    {
        ArgumentNullException.ThrowIfNull(kind);
        ArgumentException.ThrowIfNullOrEmpty(fieldManager);
        var key = ObjectKey.Of(patch);
        var query = new QueryString().Add("fieldManager", fieldManager).Add("force", force ? "true" : null);
        var path = kind.ObjectPath(key, subresource) + query;
        var request = Write("apply", kind, key, subresource, HttpMethod.Patch, path, Body(kind, patch), ApplyPatch);
        return _sender.SendAsync(request, kind.Json, cancellationToken);
    }

    /// <summary>
    /// JSON merge patch (RFC 7386): null removes a field, lists are replaced as a whole.
    /// </summary>
    public Task<T> MergePatchAsync<T>(ResourceKind<T> kind, ObjectKey key, JsonNode patch, string? subresource, CancellationToken cancellationToken)
        where T : class, IKubernetesObject
    {
        ArgumentNullException.ThrowIfNull(kind);
        var path = kind.ObjectPath(key, subresource);
        var request = Write("patch", kind, key, subresource, HttpMethod.Patch, path, Bytes(patch), MergePatch);
        return _sender.SendAsync(request, kind.Json, cancellationToken);
    }

    /// <summary>
    /// JSON patch (RFC 6902): operations one after another, of which a failed <c>test</c> refuses
    /// the whole.
    /// </summary>
    public Task<T> JsonPatchAsync<T>(ResourceKind<T> kind, ObjectKey key, JsonArray operations, CancellationToken cancellationToken)
        where T : class, IKubernetesObject
    {
        ArgumentNullException.ThrowIfNull(kind);
        var request = Write("patch", kind, key, null, HttpMethod.Patch, kind.ObjectPath(key, null), Bytes(operations), JsonPatch);
        return _sender.SendAsync(request, kind.Json, cancellationToken);
    }

    /// <summary>
    /// Replaces the object; fails with a conflict when its resourceVersion is not the present one.
    /// </summary>
    public Task<T> ReplaceAsync<T>(ResourceKind<T> kind, T obj, string? subresource, CancellationToken cancellationToken)
        where T : class, IKubernetesObject
    {
        ArgumentNullException.ThrowIfNull(kind);
        var key = ObjectKey.Of(obj);
        var path = kind.ObjectPath(key, subresource);
        var request = Write("replace", kind, key, subresource, HttpMethod.Put, path, Body(kind, obj));
        return _sender.SendAsync(request, kind.Json, cancellationToken);
    }

    /// <summary>Asks for the deletion; finalizers may keep the object for a while.</summary>
    public async Task<Deletion<T>> DeleteAsync<T>(ResourceKind<T> kind, ObjectKey key, DeleteOptions options, CancellationToken cancellationToken)
        where T : class, IKubernetesObject
    {
        ArgumentNullException.ThrowIfNull(kind);
        ArgumentNullException.ThrowIfNull(options);
        try
        {
            var request = Write("delete", kind, key, null, HttpMethod.Delete, kind.ObjectPath(key, null), Bytes(options.ToJson()));
            return new Deletion<T>(Existed: true, await _sender.SendAsync(request, answer => Remaining(kind, answer), cancellationToken));
        }
        catch (KubernetesApiException e) when (e.IsNotFound)
        {
            return new Deletion<T>(Existed: false, null);
        }
    }

    // The answer is the object while something keeps it, and of some kinds in any case; otherwise a
    // Status.
    private static T? Remaining<T>(ResourceKind<T> kind, byte[] answer)
        where T : class, IKubernetesObject
    {
        using var document = JsonDocument.Parse(answer);
        var isObject = document.RootElement.TryGetProperty("kind", out var said) && said.ValueEquals(kind.Kind);
        var last = isObject ? document.Deserialize(kind.Json) : null;
        return last?.Metadata.IsBeingDeleted == true ? last : null;
    }

    private static ApiRequest Write<T>(
        string verb,
        ResourceKind<T> kind,
        ObjectKey key,
        string? subresource,
        HttpMethod method,
        string path,
        byte[] body,
        string contentType = "application/json"
    )
        where T : class, IKubernetesObject =>
        new(Describe(verb, kind, key, subresource), method, path, body, contentType)
        {
            Write = new WriteOutcome(verb, subresource is null ? kind.Plural : $"{kind.Plural}/{subresource}", key, Failure: null),
        };

    private static string Describe<T>(string verb, ResourceKind<T> kind, ObjectKey key, string? subresource)
        where T : class, IKubernetesObject => $"{verb} {kind.Plural}{(subresource is null ? "" : "/" + subresource)} {key}";

    // Objects of a list come without apiVersion and kind, and a write without them is refused.
    private static byte[] Body<T>(ResourceKind<T> kind, T obj)
        where T : class, IKubernetesObject
    {
        if (obj.ApiVersion == kind.ApiVersion && obj.Kind == kind.Kind)
        {
            // It says what it is, so there is nothing to add and no need of a tree to add it to.
            return JsonSerializer.SerializeToUtf8Bytes(obj, kind.Json);
        }

        var node = JsonSerializer.SerializeToNode(obj, kind.Json)!.AsObject();
        node["apiVersion"] = kind.ApiVersion;
        node["kind"] = kind.Kind;
        return Bytes(node);
    }

    private static byte[] Bytes(JsonNode node)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            node.WriteTo(writer);
        }

        return stream.ToArray();
    }
}
