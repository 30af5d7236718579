using System.Text.Json.Serialization.Metadata;

namespace MultiEni.Api.Kubernetes;

/// <summary>
/// Where the objects of one kind live in the REST API, and how they are read and written.
/// </summary>
/// <typeparam name="T">The type, trimmed to what the program reads.</typeparam>
/// <param name="Group">API group; empty for the core group.</param>
/// <param name="Version">API version, such as <c>v1</c>.</param>
/// <param name="Plural">The lower-case plural in paths.</param>
/// <param name="Kind">The kind as objects carry it.</param>
/// <param name="Namespaced">Whether the objects live in namespaces.</param>
/// <param name="Json">Source-generated serialisation of one object; must leave nulls out.</param>
/// <param name="ListJson">Source-generated serialisation of a page of objects.</param>
public sealed record ResourceKind<T>(
    string Group,
    string Version,
    string Plural,
    string Kind,
    bool Namespaced,
    JsonTypeInfo<T> Json,
    JsonTypeInfo<KubernetesList<T>> ListJson
)
    where T : class, IKubernetesObject
{
    /// <summary>Group and version as objects carry it in <c>apiVersion</c>.</summary>
    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary>
    /// The path of the collection, relative to the server: of one namespace, or of all of them when
    /// null.
    /// </summary>
    public string CollectionPath(string? @namespace)
    {
        var root = Group.Length == 0 ? $"api/{Version}" : $"apis/{Group}/{Version}";
        return Namespaced && @namespace is not null ? $"{root}/namespaces/{Uri.EscapeDataString(@namespace)}/{Plural}" : $"{root}/{Plural}";
    }

    /// <summary>
    /// The path of one object or of one of its subresources, relative to the server.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// The key has a namespace and the kind has none, or the other way round.
    /// </exception>
    public string ObjectPath(ObjectKey key, string? subresource)
    {
        if (string.IsNullOrEmpty(key.Name) || Namespaced != key.Namespace is not null)
        {
            throw new ArgumentException(
                $"'{key}' cannot name a {Kind}: {(Namespaced ? "a namespace and a name are needed" : "a name alone is needed")}.",
                nameof(key)
            );
        }

        var path = $"{CollectionPath(key.Namespace)}/{Uri.EscapeDataString(key.Name)}";
        return subresource is null ? path : $"{path}/{subresource}";
    }
}

/// <summary>Names one object among those of its kind.</summary>
/// <param name="Namespace">Null for cluster-scoped objects.</param>
/// <param name="Name">The object's name.</param>
public readonly record struct ObjectKey(string? Namespace, string Name)
{
    /// <summary>The key of a cluster-scoped object.</summary>
    public static ObjectKey Cluster(string name) => new(null, name);

    /// <summary>The key under which <paramref name="obj"/> is stored.</summary>
    public static ObjectKey Of(IKubernetesObject obj)
    {
        ArgumentNullException.ThrowIfNull(obj);
        var metadata = obj.Metadata;
        return new(string.IsNullOrEmpty(metadata.Namespace) ? null : metadata.Namespace, metadata.Name);
    }

    /// <summary><c>namespace/name</c>, or the name alone.</summary>
    public override string ToString() => Namespace is null ? Name : $"{Namespace}/{Name}";
}
