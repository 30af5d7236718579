using System.Text.Json;

namespace MultiEni.Cli.Map;

/// <summary>
/// The items of the map, and who still has to be told of which. A reader that is slow is told of
/// the newest state only, so what waits for it is never more than there are items.
/// </summary>
internal sealed class MapFeed
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, byte[]> _items = new(StringComparer.Ordinal);
    private readonly HashSet<MapSubscription> _subscriptions = [];

    /// <summary>Adds or replaces an item. One that says the same as before is nothing new.</summary>
    public void Set(MapItem item)
    {
        var (key, json) = (item.Key, JsonSerializer.SerializeToUtf8Bytes(item, MapJson.Default.MapItem));
        lock (_gate)
        {
            if (!_items.TryGetValue(key, out var before) || !before.AsSpan().SequenceEqual(json))
            {
                _items[key] = json;
                Tell(key);
            }
        }
    }

    /// <summary>Removes the item of a key, if there is one.</summary>
    public void Remove(string key)
    {
        lock (_gate)
        {
            if (_items.Remove(key))
            {
                Tell(key);
            }
        }
    }

    /// <summary>Removes all items of a kind.</summary>
    public void RemoveAll<T>()
        where T : MapItem
    {
        var prefix = MapItem.Keyed<T>("");
        lock (_gate)
        {
            foreach (var key in _items.Keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal)).ToList())
            {
                _items.Remove(key);
                Tell(key);
            }
        }
    }

    /// <summary>A reader, who is told of all items and then of what changes, until disposed.</summary>
    public MapSubscription Subscribe()
    {
        lock (_gate)
        {
            var subscription = new MapSubscription(this, _items.Keys);
            _subscriptions.Add(subscription);
            return subscription;
        }
    }

    internal MapChanges Take(MapSubscription subscription, Queue<string> waiting, HashSet<string> queued, int most)
    {
        lock (_gate)
        {
            var (set, gone) = (new List<byte[]>(), new List<string>());
            while (waiting.Count > 0 && set.Count + gone.Count < most)
            {
                var key = waiting.Dequeue();
                queued.Remove(key);
                if (_items.TryGetValue(key, out var json))
                {
                    set.Add(json);
                }
                else
                {
                    gone.Add(key);
                }
            }

            if (waiting.Count == 0)
            {
                subscription.Rest();
            }

            return new MapChanges(set, gone, waiting.Count > 0);
        }
    }

    internal void Leave(MapSubscription subscription)
    {
        lock (_gate)
        {
            _subscriptions.Remove(subscription);
        }
    }

    private void Tell(string key)
    {
        foreach (var subscription in _subscriptions)
        {
            subscription.Add(key);
        }
    }
}

/// <summary>What a reader is told at once.</summary>
/// <param name="Set">New and changed items, as JSON.</param>
/// <param name="Gone">Keys of items that are gone.</param>
/// <param name="HasMore">Whether more waits already.</param>
internal sealed record MapChanges(IReadOnlyList<byte[]> Set, IReadOnlyList<string> Gone, bool HasMore);

/// <summary>A reader of a <see cref="MapFeed"/>.</summary>
internal sealed class MapSubscription : IDisposable
{
    private readonly MapFeed _feed;
    private readonly Queue<string> _waiting;
    private readonly HashSet<string> _queued;
    private TaskCompletionSource _signal = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal MapSubscription(MapFeed feed, IEnumerable<string> known)
    {
        _feed = feed;
        _waiting = new Queue<string>(known);
        _queued = new HashSet<string>(_waiting, StringComparer.Ordinal);

        // Also a map without items is to be told: that there are none.
        _signal.TrySetResult();
    }

    /// <summary>Completes when there is something to tell.</summary>
    public Task WaitAsync(CancellationToken cancellationToken) => Volatile.Read(ref _signal).Task.WaitAsync(cancellationToken);

    /// <summary>What there is to tell, and at most so many items of it.</summary>
    public MapChanges Take(int most) => _feed.Take(this, _waiting, _queued, most);

    /// <inheritdoc />
    public void Dispose() => _feed.Leave(this);

    // Both are called under the feed's lock.
    internal void Add(string key)
    {
        if (_queued.Add(key))
        {
            _waiting.Enqueue(key);
            _signal.TrySetResult();
        }
    }

    internal void Rest()
    {
        if (_signal.Task.IsCompleted)
        {
            Volatile.Write(ref _signal, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }
    }
}
