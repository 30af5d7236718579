using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Errors;
using MultiEni.Simulator.Kubernetes.Resources;

namespace MultiEni.Simulator.Kubernetes.Storage;

/// <summary>
/// All objects under one resourceVersion counter. It keeps what it is told, in order, and tells
/// watchers; the rules of the API are in the operations above it.
/// </summary>
internal sealed class Ledger
{
    private const long FirstVersion = 100;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, ResourceTable> _tables = new(StringComparer.Ordinal);
    private readonly HashSet<string> _uids = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<(string GroupResource, ObjectKey Key)>> _byOwner = new(StringComparer.Ordinal);
    private readonly int _historyLength;

    // Nothing is known of versions before the start.
    private long _version = FirstVersion;

    public Ledger(int historyLength) => _historyLength = historyLength;

    public long Version => Volatile.Read(ref _version);

    public StoredObject? Find(ResourceDefinition resource, ObjectKey key) => Table(resource).Objects.GetValueOrDefault(key);

    public (long Version, ImmutableSortedDictionary<ObjectKey, StoredObject> Objects) Snapshot(ResourceDefinition resource)
    {
        lock (_gate)
        {
            return (_version, Table(resource).Objects);
        }
    }

    /// <summary>
    /// Stores <paramref name="obj"/> if the stored version is still <paramref name="expected"/>;
    /// null when it is not.
    /// </summary>
    public StoredObject? TryPut(ResourceDefinition resource, StoredObject? expected, ObjectKey key, JsonObject obj)
    {
        lock (_gate)
        {
            var table = Table(resource);
            var current = table.Objects.GetValueOrDefault(key);
            if (!ReferenceEquals(current, expected))
            {
                return null;
            }

            var stored = StoredObject.Freeze(resource, obj, _version + 1);
            _version++;
            table.Objects = table.Objects.SetItem(key, stored);
            Index(resource, current, stored);
            Publish(table, new Change(current is null ? ChangeType.Added : ChangeType.Modified, _version, stored, current));
            return stored;
        }
    }

    /// <summary>
    /// Removes the object if it is still <paramref name="expected"/>. Watchers see it as it was
    /// stored last.
    /// </summary>
    public StoredObject? TryRemove(ResourceDefinition resource, StoredObject expected)
    {
        lock (_gate)
        {
            var table = Table(resource);
            if (!ReferenceEquals(table.Objects.GetValueOrDefault(expected.Key), expected))
            {
                return null;
            }

            var removed = StoredObject.Freeze(resource, expected.Thaw(), _version + 1);
            _version++;
            table.Objects = table.Objects.Remove(expected.Key);
            Index(resource, expected, null);
            Publish(table, new Change(ChangeType.Deleted, _version, removed, expected));
            return removed;
        }
    }

    /// <summary>Whether an object with this uid exists.</summary>
    public bool Exists(string uid)
    {
        lock (_gate)
        {
            return _uids.Contains(uid);
        }
    }

    /// <summary>The objects that name <paramref name="uid"/> among their owners.</summary>
    public IReadOnlyList<(string GroupResource, ObjectKey Key)> Dependents(string uid)
    {
        lock (_gate)
        {
            return _byOwner.TryGetValue(uid, out var dependents) ? [.. dependents] : [];
        }
    }

    /// <summary>
    /// The objects as they were at a version; null when that is longer ago than the history goes.
    /// </summary>
    public ImmutableSortedDictionary<ObjectKey, StoredObject>? SnapshotAt(ResourceDefinition resource, long version)
    {
        lock (_gate)
        {
            var table = Table(resource);
            if (version < table.OldestVersion)
            {
                return null;
            }

            var objects = table.Objects.ToBuilder();
            foreach (var change in table.History.Where(change => change.ResourceVersion > version).Reverse())
            {
                if (change.Before is { } before)
                {
                    objects[before.Key] = before;
                }
                else
                {
                    objects.Remove(change.Object!.Key);
                }
            }

            return objects.ToImmutable();
        }
    }

    /// <summary>Opens a watch.</summary>
    /// <param name="resource">What to watch.</param>
    /// <param name="filter">Which objects show.</param>
    /// <param name="since">
    /// The version after which changes are told; null begins with an Added for each object there
    /// is.
    /// </param>
    /// <param name="marksInitialEnd">Whether a bookmark follows those initial objects.</param>
    /// <param name="due">
    /// When a change that is committed now is to be told; null for at once.
    /// </param>
    /// <exception cref="StatusException">
    /// 410: <paramref name="since"/> is older than the history.
    /// </exception>
    public Watcher Watch(
        ResourceDefinition resource,
        ObjectFilter filter,
        long? since,
        bool marksInitialEnd = false,
        Func<DateTimeOffset>? due = null
    )
    {
        lock (_gate)
        {
            var table = Table(resource);
            if (since is { } tooOld && tooOld < table.OldestVersion)
            {
                throw StatusErrors.Expired($"too old resource version: {tooOld} ({table.OldestVersion})");
            }

            var watcher = new Watcher(
                filter,
                due,
                self =>
                {
                    lock (_gate)
                    {
                        table.Watchers.Remove(self);
                    }
                }
            );
            if (since is { } version)
            {
                foreach (var change in table.History)
                {
                    if (change.ResourceVersion > version)
                    {
                        watcher.Offer(change);
                    }
                }
            }
            else
            {
                foreach (var obj in table.Objects.Values)
                {
                    watcher.Offer(new Change(ChangeType.Added, obj.ResourceVersion, obj, null));
                }

                if (marksInitialEnd)
                {
                    watcher.Offer(new Change(ChangeType.Bookmark, _version, null, null, EndsInitialEvents: true));
                }
            }

            table.Watchers.Add(watcher);
            return watcher;
        }
    }

    /// <summary>Queues a bookmark behind everything that the watcher must see before it.</summary>
    public void Bookmark(Watcher watcher)
    {
        lock (_gate)
        {
            watcher.Offer(new Change(ChangeType.Bookmark, _version, null, null));
        }
    }

    public int EndWatches(bool cut, Func<ResourceDefinition, bool>? which, ResourceRegistry registry)
    {
        lock (_gate)
        {
            var ended = 0;
            foreach (var (groupResource, table) in _tables)
            {
                if (which is not null && (registry.Find(groupResource) is not { } resource || !which(resource)))
                {
                    continue;
                }

                foreach (var watcher in table.Watchers.All)
                {
                    watcher.End(cut);
                    ended++;
                }
            }

            return ended;
        }
    }

    public int CountWatches()
    {
        lock (_gate)
        {
            return _tables.Values.Sum(static table => table.Watchers.Count);
        }
    }

    /// <summary>Forgets all history, as a compaction of the database does.</summary>
    public void Compact()
    {
        lock (_gate)
        {
            foreach (var table in _tables.Values)
            {
                table.History.Clear();
                table.OldestVersion = _version;
            }
        }
    }

    private ResourceTable Table(ResourceDefinition resource)
    {
        lock (_gate)
        {
            return CollectionsMarshal.GetValueRefOrAddDefault(_tables, resource.GroupResource, out _) ??= new ResourceTable
            {
                OldestVersion = FirstVersion,
            };
        }
    }

    private void Publish(ResourceTable table, Change change)
    {
        table.History.Enqueue(change);
        while (table.History.Count > _historyLength)
        {
            table.OldestVersion = table.History.Dequeue().ResourceVersion;
        }

        table.Watchers.Publish(change);
    }

    private void Index(ResourceDefinition resource, StoredObject? before, StoredObject? now)
    {
        if (before is not null && before.Uid != now?.Uid)
        {
            _uids.Remove(before.Uid);
        }

        if (now is not null)
        {
            _uids.Add(now.Uid);
        }

        foreach (var owner in before?.OwnerUids ?? [])
        {
            if (_byOwner.TryGetValue(owner, out var dependents) && dependents.Remove((resource.GroupResource, before!.Key)) && dependents.Count == 0)
            {
                _byOwner.Remove(owner);
            }
        }

        foreach (var owner in now?.OwnerUids ?? [])
        {
            (CollectionsMarshal.GetValueRefOrAddDefault(_byOwner, owner, out _) ??= []).Add((resource.GroupResource, now!.Key));
        }
    }
}
