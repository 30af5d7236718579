using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Schema;
using MultiEni.Simulator.Kubernetes.Types;

namespace MultiEni.Simulator.Kubernetes.Resources;

/// <summary>
/// One served resource: what discovery says of it and which rules its objects follow. Immutable.
/// </summary>
internal sealed record ResourceDefinition
{
    /// <summary>Empty for the core group.</summary>
    public required string Group { get; init; }

    public required string Version { get; init; }

    public required string Plural { get; init; }

    public required string Kind { get; init; }

    public string Singular { get; init; } = "";

    public string ListKind { get; init; } = "";

    public IReadOnlyList<string> ShortNames { get; init; } = [];

    public IReadOnlyList<string> Categories { get; init; } = [];

    public bool Namespaced { get; init; }

    public bool HasStatus { get; init; }

    /// <summary>Whether a change of the specification moves metadata.generation.</summary>
    public bool CountsGenerations { get; init; }

    /// <summary>
    /// Whether a create through the main resource keeps the status that it carries; only nodes do.
    /// </summary>
    public bool KeepsStatusOnCreate { get; init; }

    /// <summary>
    /// The resource as which its objects are kept, when it is another view of them; else null.
    /// </summary>
    public ResourceDefinition? StoredAs { get; init; }

    /// <summary>Whether a replacement of an object that does not exist creates it.</summary>
    public bool IsCreatedByUpdates { get; init; }

    /// <summary>Whether a replacement must name the version that it replaces.</summary>
    public bool NeedsVersionToReplace { get; init; }

    /// <summary>Whether all objects of a collection can be deleted at once.</summary>
    public bool HasCollectionDeletion { get; init; } = true;

    /// <summary>Whether a deletion answers with the object rather than with a status.</summary>
    public bool ReturnsDeleted { get; init; }

    /// <summary>
    /// Fields that field selectors know besides metadata.name and metadata.namespace, without a
    /// leading dot.
    /// </summary>
    public IReadOnlyList<string> SelectableFields { get; init; } = [];

    /// <summary>Columns after Name; built-in types compute theirs instead.</summary>
    public IReadOnlyList<PrinterColumn> Columns { get; init; } = [];

    /// <summary>Null for built-in types.</summary>
    public CustomResourceSchema? Schema { get; init; }

    /// <summary>The schema as written, for OpenAPI documents; null for built-in types.</summary>
    public JsonObject? OpenApiSchema { get; init; }

    public bool IsCustom => Schema is not null;

    /// <summary>
    /// The fields of a built-in type; null for custom ones, and for those that are kept as they are
    /// given.
    /// </summary>
    public ObjectType? Type => IsCustom ? null : BuiltInTypes.Find(StoredAs is null ? Kind : "EventsEvent");

    /// <summary>Group, version and kind, as objects of the API hold them.</summary>
    public JsonObject GroupVersionKind =>
        new()
        {
            ["group"] = Group,
            ["version"] = Version,
            ["kind"] = Kind,
        };

    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary>As messages name it: <c>nodes</c> or <c>nodeenis.networking.k8s.aws</c>.</summary>
    public string GroupResource => Group.Length == 0 ? Plural : $"{Plural}.{Group}";

    /// <summary>As paths start: <c>/api/v1</c> or <c>/apis/GROUP/VERSION</c>.</summary>
    public string RootPath => Group.Length == 0 ? $"/api/{Version}" : $"/apis/{Group}/{Version}";
}
