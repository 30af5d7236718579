using MultiEni.Api.Kubernetes;
using MultiEni.Operator.Client;

namespace MultiEni.Operator.Informers;

/// <summary>What changed, as a pure function of what was known and what is seen now.</summary>
public static class CacheDiff
{
    /// <summary>The changes that lead from the known objects to a complete list; deletions come first.</summary>
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

    /// <summary>The changes that one event of a watch means; none when the event says what is known.</summary>
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
            // Deleted and created anew while we were not looking: another object under the same name.
            changes.Add(new ObjectChange<T>.Deleted(known));
            changes.Add(new ObjectChange<T>.Added(seen));
        }
        else if (known.Metadata.ResourceVersion != seen.Metadata.ResourceVersion || seen.Metadata.ResourceVersion is null)
        {
            changes.Add(new ObjectChange<T>.Updated(known, seen));
        }
    }
}
