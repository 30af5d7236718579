using System.Collections.Immutable;

namespace MultiEni.Simulator.Kubernetes.Storage;

/// <summary>
/// The objects of one resource, its recent changes and its watchers. Everything but reading
/// <see cref="Objects"/> needs the ledger's lock.
/// </summary>
internal sealed class ResourceTable
{
    private ImmutableSortedDictionary<ObjectKey, StoredObject> _objects = ImmutableSortedDictionary<ObjectKey, StoredObject>.Empty;

    /// <summary>A consistent snapshot at any time.</summary>
    public ImmutableSortedDictionary<ObjectKey, StoredObject> Objects
    {
        get => Volatile.Read(ref _objects);
        set => Volatile.Write(ref _objects, value);
    }

    public Queue<Change> History { get; } = new();

    /// <summary>A watch can start from this version or a later one.</summary>
    public long OldestVersion { get; set; }

    public WatcherIndex Watchers { get; } = new();
}
