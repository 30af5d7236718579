using System.Collections.Immutable;
using MultiEni.Api.Kubernetes;

namespace MultiEni.Operator.Informers;

/// <summary>The objects of a cache at one moment, with their indexes. Immutable.</summary>
/// <param name="Objects">All objects by key.</param>
/// <param name="Indexes">For each index: value to the keys filed under it.</param>
internal sealed record CacheSnapshot<T>(
    ImmutableDictionary<ObjectKey, T> Objects,
    ImmutableDictionary<string, ImmutableDictionary<string, ImmutableHashSet<ObjectKey>>> Indexes
)
    where T : class, IKubernetesObject
{
    private T[]? _list;

    /// <summary>All objects; computed once a snapshot, when asked for.</summary>
    public IReadOnlyList<T> List => _list ??= [.. Objects.Values];

    /// <summary>The objects filed under a value.</summary>
    public IReadOnlyList<T> Filed(string index, string value)
    {
        if (!Indexes.TryGetValue(index, out var entries))
        {
            throw new ArgumentException($"There is no index '{index}'.", nameof(index));
        }

        return entries.TryGetValue(value, out var keys) ? [.. keys.Select(key => Objects[key])] : [];
    }

    /// <summary>The state after some changes, applied in order.</summary>
    public CacheSnapshot<T> After(IReadOnlyList<ObjectChange<T>> changes, IReadOnlyDictionary<string, Func<T, IEnumerable<string>>> indexers)
    {
        var objects = Objects.ToBuilder();
        var indexes = indexers.ToDictionary(
            indexer => indexer.Key,
            indexer => Indexes.GetValueOrDefault(indexer.Key, ImmutableDictionary<string, ImmutableHashSet<ObjectKey>>.Empty).ToBuilder()
        );
        foreach (var change in changes)
        {
            var key = ObjectKey.Of(change.Current);
            var before = objects.GetValueOrDefault(key);
            var after = change is ObjectChange<T>.Deleted ? null : change.Current;
            foreach (var (name, values) in indexers)
            {
                List<string> old = before is null ? [] : [.. values(before)];
                List<string> now = after is null ? [] : [.. values(after)];
                // Most changes move nothing, and filing anew copies part of the index.
                if (!old.SequenceEqual(now))
                {
                    Refile(indexes[name], key, old, now);
                }
            }

            if (after is null)
            {
                objects.Remove(key);
            }
            else
            {
                objects[key] = after;
            }
        }

        return new(objects.ToImmutable(), indexes.ToImmutableDictionary(index => index.Key, index => index.Value.ToImmutable()));
    }

    private static void Refile(
        ImmutableDictionary<string, ImmutableHashSet<ObjectKey>>.Builder entries,
        ObjectKey key,
        IEnumerable<string> before,
        IEnumerable<string> after
    )
    {
        foreach (var value in before)
        {
            // The same value may be named twice.
            if (entries.TryGetValue(value, out var keys))
            {
                var left = keys.Remove(key);
                if (left.IsEmpty)
                {
                    entries.Remove(value);
                }
                else
                {
                    entries[value] = left;
                }
            }
        }

        foreach (var value in after)
        {
            entries[value] = entries.GetValueOrDefault(value, []).Add(key);
        }
    }
}
