using System.Collections.Immutable;
using MultiEni.Api.Kubernetes;
using MultiEni.Operator.Client;

namespace MultiEni.Operator.Informers;

/// <summary>The cache of one informer and its subscribers. Readers never wait; changes and subscriptions take turns.</summary>
internal sealed class ObjectStore<T>(string kind) : IObjectCache<T>
    where T : class, IKubernetesObject
{
    private readonly Lock turn = new();
    private readonly Dictionary<string, Func<T, IEnumerable<string>>> indexers = [];
    private ImmutableList<Subscription> subscriptions = [];
    private volatile CacheSnapshot<T> snapshot = new(
        ImmutableDictionary<ObjectKey, T>.Empty,
        ImmutableDictionary<string, ImmutableDictionary<string, ImmutableHashSet<ObjectKey>>>.Empty
    );

    /// <inheritdoc />
    public int Count => snapshot.Objects.Count;

    /// <summary>What is known now.</summary>
    public IReadOnlyDictionary<ObjectKey, T> Known => snapshot.Objects;

    /// <inheritdoc />
    public T? Get(ObjectKey key) => snapshot.Objects.GetValueOrDefault(key);

    /// <inheritdoc />
    public IReadOnlyList<T> List() => snapshot.List;

    /// <inheritdoc />
    public IReadOnlyList<T> ByIndex(string index, string value) => snapshot.Filed(index, value);

    /// <summary>Registers an index while the store is empty.</summary>
    public void AddIndex(string name, Func<T, IEnumerable<string>> values)
    {
        lock (turn)
        {
            if (!indexers.TryAdd(name, values))
            {
                throw new InvalidOperationException($"The index '{name}' exists already.");
            }

            snapshot = snapshot.After([], indexers);
        }
    }

    /// <summary>Takes changes over and tells the subscribers, all of them, whatever one of them throws.</summary>
    /// <exception cref="ConsumerFailedException">An index or a subscriber failed.</exception>
    public void Apply(IReadOnlyList<ObjectChange<T>> changes)
    {
        if (changes.Count == 0)
        {
            return;
        }

        lock (turn)
        {
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
            Attempt(() => snapshot = snapshot.After(changes, indexers));
            foreach (var change in changes)
            {
                foreach (var subscription in subscriptions)
                {
                    Attempt(() => subscription.OnChange(change));
                }
            }

            if (failure is not null)
            {
                throw new ConsumerFailedException(kind, failure);
            }
        }
    }

    /// <summary>Tells of every object known now, then of every change.</summary>
    public IDisposable Subscribe(Action<ObjectChange<T>> onChange)
    {
        lock (turn)
        {
            var subscription = new Subscription(this, onChange);
            foreach (var obj in snapshot.Objects.Values)
            {
                onChange(new ObjectChange<T>.Added(obj));
            }

            subscriptions = subscriptions.Add(subscription);
            return subscription;
        }
    }

    private sealed record Subscription(ObjectStore<T> Store, Action<ObjectChange<T>> OnChange) : IDisposable
    {
        public void Dispose()
        {
            lock (Store.turn)
            {
                Store.subscriptions = Store.subscriptions.RemoveAll(other => ReferenceEquals(other, this));
            }
        }
    }
}
