namespace MultiEni.Api.Kubernetes;

/// <summary>
/// The metadata fields that this product reads. Managed fields are omitted on purpose: they make up
/// most of a large object, and nothing here needs them.
/// </summary>
/// <remarks>
/// Wire types have setters instead of init accessors: the JSON source generator assigns every init
/// property and so loses the defaults of absent ones. Treat objects from a cache as immutable
/// anyway.
/// </remarks>
public sealed record ObjectMeta
{
    /// <summary>Unique among the objects of its kind, within its namespace if it has one.</summary>
    public string Name { get; set; } = "";

    /// <summary>Null for cluster-scoped objects.</summary>
    public string? Namespace { get; set; }

    /// <summary>Differs when an object is deleted and created again under the same name.</summary>
    public string? Uid { get; set; }

    /// <summary>
    /// Opaque version; a write that includes it fails if the object has changed since.
    /// </summary>
    public string? ResourceVersion { get; set; }

    /// <summary>Incremented on spec changes, not on status writes.</summary>
    public long? Generation { get; set; }

    /// <summary>When the object was created.</summary>
    public DateTimeOffset? CreationTimestamp { get; set; }

    /// <summary>Set once deletion is requested, while finalizers remain.</summary>
    public DateTimeOffset? DeletionTimestamp { get; set; }

    /// <summary>Labels.</summary>
    public Dictionary<string, string>? Labels { get; set; }

    /// <summary>Annotations.</summary>
    public Dictionary<string, string>? Annotations { get; set; }

    /// <summary>Finalizers that must be removed before the object is deleted.</summary>
    public List<string>? Finalizers { get; set; }

    /// <summary>Owners; the object is garbage-collected when they are deleted.</summary>
    public List<OwnerReference>? OwnerReferences { get; set; }

    /// <summary>Whether the object is being deleted.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsBeingDeleted => DeletionTimestamp is not null;

    /// <summary>Whether the object has <paramref name="finalizer"/>.</summary>
    public bool HasFinalizer(string finalizer) => Finalizers?.Contains(finalizer) == true;

    /// <summary>The value of a label, or null.</summary>
    public string? Label(string key) => Labels?.GetValueOrDefault(key);
}

/// <summary>
/// References an owner; the garbage collector deletes the object when the owner is deleted.
/// </summary>
public sealed record OwnerReference
{
    /// <summary>Group and version of the owner.</summary>
    public string ApiVersion { get; set; } = "";

    /// <summary>Kind of the owner.</summary>
    public string Kind { get; set; } = "";

    /// <summary>Name of the owner.</summary>
    public string Name { get; set; } = "";

    /// <summary>
    /// UID of the owner: an owner recreated under the same name does not own this object.
    /// </summary>
    public string Uid { get; set; } = "";

    /// <summary>Whether this owner is the managing controller.</summary>
    public bool? Controller { get; set; }

    /// <summary>Whether foreground deletion of the owner waits for this object.</summary>
    public bool? BlockOwnerDeletion { get; set; }
}

/// <summary>Fields that every Kubernetes object has.</summary>
public interface IKubernetesObject
{
    /// <summary>
    /// Group and version, such as <c>networking.k8s.aws/v1alpha1</c>. Not set on list items.
    /// </summary>
    string? ApiVersion { get; }

    /// <summary>The kind, such as <c>NodeENI</c>. Not set on list items.</summary>
    string? Kind { get; }

    /// <summary>Object metadata.</summary>
    ObjectMeta Metadata { get; }
}
