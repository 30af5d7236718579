namespace MultiEni.Api.Kubernetes;

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
