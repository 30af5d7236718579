namespace MultiEni.Api.Kubernetes;

/// <summary>
/// The part of an object's metadata that this product reads. Managed fields are left out on purpose: they are most of the bytes of a
/// large object and nothing here needs them.
/// </summary>
/// <remarks>
/// Wire types have setters rather than init accessors: the JSON source generator assigns every init property and so loses the
/// defaults of absent ones. Treat an object that came out of a cache as immutable all the same.
/// </remarks>
public sealed record ObjectMeta
{
    /// <summary>Unique among the objects of its kind, within its namespace if it has one.</summary>
    public string Name { get; set; } = "";

    /// <summary>Null for cluster-scoped objects.</summary>
    public string? Namespace { get; set; }

    /// <summary>Differs when an object is deleted and created again under the same name.</summary>
    public string? Uid { get; set; }

    /// <summary>Opaque; sent back with a write, it makes the write fail if the object has changed since.</summary>
    public string? ResourceVersion { get; set; }

    /// <summary>Counts changes of the specification; a status write leaves it alone.</summary>
    public long? Generation { get; set; }

    /// <summary>When the API server stored the object.</summary>
    public DateTimeOffset? CreationTimestamp { get; set; }

    /// <summary>Set while the object waits for its finalizers to be removed.</summary>
    public DateTimeOffset? DeletionTimestamp { get; set; }

    /// <summary>Selectable key-value pairs.</summary>
    public Dictionary<string, string>? Labels { get; set; }

    /// <summary>Key-value pairs that are not selectable.</summary>
    public Dictionary<string, string>? Annotations { get; set; }

    /// <summary>Who must still act before the object may go away.</summary>
    public List<string>? Finalizers { get; set; }

    /// <summary>The objects whose deletion makes this one garbage.</summary>
    public List<OwnerReference>? OwnerReferences { get; set; }

    /// <summary>Whether somebody asked for the deletion of this object.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsBeingDeleted => DeletionTimestamp is not null;

    /// <summary>Whether <paramref name="finalizer"/> still holds the object.</summary>
    public bool HasFinalizer(string finalizer) => Finalizers?.Contains(finalizer) == true;

    /// <summary>The value of a label, or null.</summary>
    public string? Label(string key) => Labels?.GetValueOrDefault(key);
}

/// <summary>Names the object that this one belongs to; the garbage collector deletes it when the owner is gone.</summary>
public sealed record OwnerReference
{
    /// <summary>Group and version of the owner.</summary>
    public string ApiVersion { get; set; } = "";

    /// <summary>Kind of the owner.</summary>
    public string Kind { get; set; } = "";

    /// <summary>Name of the owner.</summary>
    public string Name { get; set; } = "";

    /// <summary>Identity of the owner: an owner that was created anew under the same name does not own this object.</summary>
    public string Uid { get; set; } = "";

    /// <summary>Whether this owner is the one that manages the object.</summary>
    public bool? Controller { get; set; }

    /// <summary>Whether a foreground deletion of the owner waits for this object.</summary>
    public bool? BlockOwnerDeletion { get; set; }
}

/// <summary>What every object of the Kubernetes API has.</summary>
public interface IKubernetesObject
{
    /// <summary>Group and version, such as <c>networking.k8s.aws/v1alpha1</c>. Items of a list come without it.</summary>
    string? ApiVersion { get; }

    /// <summary>The kind, such as <c>NodeENI</c>. Items of a list come without it.</summary>
    string? Kind { get; }

    /// <summary>Name, identity and bookkeeping.</summary>
    ObjectMeta Metadata { get; }
}
