namespace MultiEni.Simulator.Kubernetes.Storage;

/// <summary>What happened to an object, as watches name it.</summary>
public enum ChangeType
{
    /// <summary>The object is new, or now matches the watch's selector.</summary>
    Added,

    /// <summary>The object is another version of itself.</summary>
    Modified,

    /// <summary>The object is gone, or no longer matches the watch's selector.</summary>
    Deleted,

    /// <summary>No object: only the version up to which the watch is complete.</summary>
    Bookmark,
}
