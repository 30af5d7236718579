using System.Collections.Immutable;
using MultiEni.Api.Kubernetes;

namespace MultiEni.Operator.Informers;

/// <summary>
/// The cache of one informer and its subscribers. Readers never wait; changes and subscriptions
/// take turns.
/// </summary>
internal sealed class ObjectStore<T>(string kind, Func<T, T>? trim) : IObjectCache<T>
    where T : class, IKubernetesObject
{
    private readonly Lock _turn = new();
    private readonly Dictionary<string, Func<T, IEnumerable<string>>> _indexers = [];
    private readonly OwnWrites<T> _ownWrites = new();
    private ImmutableList<Subscription> _subscriptions = [];
    private ConsumerFailedException? _failed;
    private volatile CacheSnapshot<T> _snapshot = new(
        ImmutableDictionary<ObjectKey, T>.Empty,
        ImmutableDictionary<string, ImmutableDictionary<string, ImmutableHashSet<ObjectKey>>>.Empty
    );

    /// <inheritdoc />
    public int Count => _snapshot.Objects.Count;

    /// <inheritdoc />
    public T? Get(ObjectKey key) => _snapshot.Objects.GetValueOrDefault(key);

    /// <inheritdoc />
    public IReadOnlyList<T> List() => _snapshot.List;

    /// <inheritdoc />
    public IReadOnlyList<T> ByIndex(string index, string value) => _snapshot.Filed(index, value);

    /// <summary>Registers an index while the store is empty.</summary>
    public void AddIndex(string name, Func<T, IEnumerable<string>> values)
    {
        lock (_turn)
        {
            if (!_indexers.TryAdd(name, values))
            {
                throw new InvalidOperationException($"The index '{name}' exists already.");
            }

            _snapshot = _snapshot.After([], _indexers);
        }
    }

    /// <inheritdoc />
    public void Wrote(T answer)
    {
        var written = trim is null ? answer : trim(answer);
        lock (_turn)
        {
            var known = Get(ObjectKey.Of(written));
            if (_ownWrites.TryAdd(written, known))
            {
                Apply(CacheDiff.ToEvent(known, written, OwnWrites<T>.IsGone(written)));
            }
        }
    }

    /// <inheritdoc />
    public void Gone(T last)
    {
        lock (_turn)
        {
            var known = Get(ObjectKey.Of(last));
            if (known?.Metadata.Uid == last.Metadata.Uid)
            {
                _ownWrites.Bury(known!);
                Apply([new ObjectChange<T>.Deleted(known!)]);
            }
        }
    }

    /// <summary>A list is about to be read.</summary>
    public void BeginList()
    {
        lock (_turn)
        {
            _ownWrites.Clear();
        }
    }

    /// <summary>Takes a complete list over and tells the subscribers what is different.</summary>
    /// <exception cref="ConsumerFailedException">
    /// An index or a subscriber failed, now or on an own write.
    /// </exception>
    public void Replace(IReadOnlyCollection<T> listed, string? version)
    {
        lock (_turn)
        {
            Apply(CacheDiff.ToList(_snapshot.Objects, _ownWrites.Over(listed, version)));
            _ownWrites.Reach(version);
            ThrowIfFailed();
        }
    }

    /// <summary>Takes one event of the watch over and tells the subscribers.</summary>
    /// <exception cref="ConsumerFailedException">
    /// An index or a subscriber failed, now or on an own write.
    /// </exception>
    public void See(T seen, bool isDeletion)
    {
        lock (_turn)
        {
            if (!_ownWrites.Hides(seen, isDeletion))
            {
                Apply(CacheDiff.ToEvent(Get(ObjectKey.Of(seen)), seen, isDeletion));
            }

            ThrowIfFailed();
        }
    }

    /// <summary>The watch has shown everything up to this version.</summary>
    /// <exception cref="ConsumerFailedException">
    /// An index or a subscriber failed on an own write.
    /// </exception>
    public void Reach(string? version)
    {
        lock (_turn)
        {
            _ownWrites.Reach(version);
            ThrowIfFailed();
        }
    }

    /// <summary>Tells of every object known now, then of every change.</summary>
    public IDisposable Subscribe(Action<ObjectChange<T>> onChange)
    {
        lock (_turn)
        {
            var subscription = new Subscription(this, onChange);
            foreach (var obj in _snapshot.Objects.Values)
            {
                onChange(new ObjectChange<T>.Added(obj));
            }

            _subscriptions = _subscriptions.Add(subscription);
            return subscription;
        }
    }

    // A failure belongs to the informer, which ends by it. Whoever wrote would take it for one of
    // the write and repeat that, and the change is lost all the same; the event of that write is on
    // its way to the informer.
    private void ThrowIfFailed()
    {
        if (_failed is not null)
        {
            throw _failed;
        }
    }

    // Tells the subscribers, all of them, whatever one of them throws.
    private void Apply(IReadOnlyList<ObjectChange<T>> changes)
    {
        if (changes.Count == 0)
        {
            return;
        }

        Exception? failure = null;
        void Attempt(Action action)
        {
            try
            {
                action();
            }
            catch (Exception e)
            {
                failure ??= e;
            }
        }

        // First the cache, then the news: who hears of a change finds it in the cache.
        Attempt(() => _snapshot = _snapshot.After(changes, _indexers));
        foreach (var change in changes)
        {
            foreach (var subscription in _subscriptions)
            {
                Attempt(() => subscription.OnChange(change));
            }
        }

        if (failure is not null)
        {
            _failed ??= new ConsumerFailedException(kind, failure);
        }
    }

    private sealed record Subscription(ObjectStore<T> Store, Action<ObjectChange<T>> OnChange) : IDisposable
    {
        public void Dispose()
        {
            lock (Store._turn)
            {
                Store._subscriptions = Store._subscriptions.RemoveAll(other => ReferenceEquals(other, this));
            }
        }
    }
}

/// <summary>What changed, as a pure function of what was known and what is seen now.</summary>
public static class CacheDiff
{
    /// <summary>
    /// The changes that lead from the known objects to a complete list; deletions come first.
    /// </summary>
    public static IReadOnlyList<ObjectChange<T>> ToList<T>(IReadOnlyDictionary<ObjectKey, T> known, IReadOnlyCollection<T> listed)
        where T : class, IKubernetesObject
    {
        ArgumentNullException.ThrowIfNull(known);
        ArgumentNullException.ThrowIfNull(listed);
        var changes = new List<ObjectChange<T>>();
        var present = listed.Select(obj => ObjectKey.Of(obj)).ToHashSet();
        foreach (var (key, obj) in known)
        {
            if (!present.Contains(key))
            {
                changes.Add(new ObjectChange<T>.Deleted(obj));
            }
        }

        foreach (var obj in listed)
        {
            Compare(known.GetValueOrDefault(ObjectKey.Of(obj)), obj, changes);
        }

        return changes;
    }

    /// <summary>
    /// The changes that one event of a watch means; none when the event says what is known.
    /// </summary>
    /// <param name="known">The object as known, or null.</param>
    /// <param name="seen">The object as the event has it.</param>
    /// <param name="isDeletion">Whether the event is a deletion.</param>
    public static IReadOnlyList<ObjectChange<T>> ToEvent<T>(T? known, T seen, bool isDeletion)
        where T : class, IKubernetesObject
    {
        var changes = new List<ObjectChange<T>>();
        if (!isDeletion)
        {
            Compare(known, seen, changes);
        }
        else if (known is not null)
        {
            changes.Add(new ObjectChange<T>.Deleted(seen));
        }

        return changes;
    }

    private static void Compare<T>(T? known, T seen, List<ObjectChange<T>> changes)
        where T : class, IKubernetesObject
    {
        if (known is null)
        {
            changes.Add(new ObjectChange<T>.Added(seen));
        }
        else if (known.Metadata.Uid != seen.Metadata.Uid)
        {
            // Deleted and created anew while we were not looking: another object under the same
            // name.
            changes.Add(new ObjectChange<T>.Deleted(known));
            changes.Add(new ObjectChange<T>.Added(seen));
        }
        else if (known.Metadata.ResourceVersion != seen.Metadata.ResourceVersion || seen.Metadata.ResourceVersion is null)
        {
            changes.Add(new ObjectChange<T>.Updated(known, seen));
        }
    }
}
