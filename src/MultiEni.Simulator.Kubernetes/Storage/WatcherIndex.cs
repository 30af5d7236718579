using System.Runtime.InteropServices;

namespace MultiEni.Simulator.Kubernetes.Storage;

/// <summary>
/// The watchers of one resource. With one watch per node, each pinned to a label or field value, a
/// change must not ask thousands of filters: pinned watchers are found by value.
/// </summary>
internal sealed class WatcherIndex
{
    private readonly HashSet<Watcher> _unpinned = [];
    private readonly Dictionary<string, Dictionary<string, HashSet<Watcher>>> _byLabel = new(StringComparer.Ordinal);
    private readonly Dictionary<int, Dictionary<string, HashSet<Watcher>>> _byField = [];

    public int Count { get; private set; }

    public IEnumerable<Watcher> All =>
        _unpinned
            .Concat(_byLabel.Values.SelectMany(static values => values.Values).SelectMany(static set => set))
            .Concat(_byField.Values.SelectMany(static values => values.Values).SelectMany(static set => set));

    public void Add(Watcher watcher)
    {
        Count++;
        Room(watcher).Add(watcher);
    }

    public void Remove(Watcher watcher)
    {
        if (Room(watcher).Remove(watcher))
        {
            Count--;
        }
    }

    public void Publish(Change change)
    {
        foreach (var watcher in _unpinned)
        {
            watcher.Offer(change);
        }

        foreach (var (label, byValue) in _byLabel)
        {
            Publish(change, byValue, change.Before?.Labels.GetValueOrDefault(label), change.Object?.Labels.GetValueOrDefault(label));
        }

        foreach (var (field, byValue) in _byField)
        {
            Publish(change, byValue, change.Before?.SelectableValues[field], change.Object?.SelectableValues[field]);
        }
    }

    private static void Publish(Change change, Dictionary<string, HashSet<Watcher>> byValue, string? before, string? now)
    {
        if (now is not null && byValue.TryGetValue(now, out var watchers))
        {
            foreach (var watcher in watchers)
            {
                watcher.Offer(change);
            }
        }

        if (before is not null && before != now && byValue.TryGetValue(before, out watchers))
        {
            foreach (var watcher in watchers)
            {
                watcher.Offer(change);
            }
        }
    }

    private HashSet<Watcher> Room(Watcher watcher)
    {
        if (watcher.Filter.Labels.Pin is { } label)
        {
            return Room(_byLabel, label.Label, label.Value);
        }

        return watcher.Filter.Fields.Pin is { } field ? Room(_byField, field.Field, field.Value) : _unpinned;
    }

    private static HashSet<Watcher> Room<TKey>(Dictionary<TKey, Dictionary<string, HashSet<Watcher>>> index, TKey key, string value)
        where TKey : notnull
    {
        var byValue = CollectionsMarshal.GetValueRefOrAddDefault(index, key, out _) ??= new Dictionary<string, HashSet<Watcher>>(
            StringComparer.Ordinal
        );
        return CollectionsMarshal.GetValueRefOrAddDefault(byValue, value, out _) ??= [];
    }
}
