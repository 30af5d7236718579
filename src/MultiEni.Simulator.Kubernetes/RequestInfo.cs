namespace MultiEni.Simulator.Kubernetes;

/// <summary>
/// What a request is about, as the API server reads it from method, path and query.
/// </summary>
public sealed record RequestInfo
{
    /// <summary>Counts requests from the start of the server.</summary>
    public required long Number { get; init; }

    /// <summary>
    /// <c>get</c>, <c>list</c>, <c>watch</c>, <c>create</c>, <c>update</c>, <c>patch</c>,
    /// <c>delete</c>, <c>deletecollection</c>; outside of resources, the HTTP method.
    /// </summary>
    public required string Verb { get; init; }

    /// <summary>The path, without the query.</summary>
    public required string Path { get; init; }

    /// <summary>The query string, with its question mark.</summary>
    public string Query { get; init; } = "";

    /// <summary>The API group; empty for the core group.</summary>
    public string Group { get; init; } = "";

    /// <summary>The API version, such as <c>v1</c>.</summary>
    public string Version { get; init; } = "";

    /// <summary>
    /// The resource in the plural, such as <c>nodes</c>; empty when the request is not about one.
    /// </summary>
    public string Resource { get; init; } = "";

    /// <summary>Such as <c>status</c>, or empty.</summary>
    public string Subresource { get; init; } = "";

    /// <summary>Empty for cluster-scoped resources and across all namespaces.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>Empty for collections.</summary>
    public string Name { get; init; } = "";

    /// <summary>The media type of the body, which tells apart the kinds of patches.</summary>
    public string ContentType { get; init; } = "";

    /// <summary>The product name in the User-Agent header.</summary>
    public string UserAgent { get; init; } = "";

    /// <summary>
    /// The user behind the bearer token; without authentication, the token itself.
    /// </summary>
    public string User { get; init; } = "";

    /// <summary>Whether the request can change an object.</summary>
    public bool IsWrite => Verb is "create" or "update" or "patch" or "delete" or "deletecollection";
}
