namespace MultiEni.Simulator.Kubernetes.Storage;

/// <summary>One commit to one resource, shared by all its watchers.</summary>
/// <param name="Type">What happened.</param>
/// <param name="ResourceVersion">The version that the commit made.</param>
/// <param name="Object">
/// The object after it; of a deletion, its last state under the version of the deletion; null in a
/// bookmark.
/// </param>
/// <param name="Before">The object before it, or null when it is new.</param>
/// <param name="HasLeft">
/// Whether it looks like a deletion only because the object no longer matches a watch's selector.
/// </param>
/// <param name="EndsInitialEvents">
/// Whether this bookmark closes the initial list of a watch list.
/// </param>
internal sealed record Change(
    ChangeType Type,
    long ResourceVersion,
    StoredObject? Object,
    StoredObject? Before,
    bool HasLeft = false,
    bool EndsInitialEvents = false
);
