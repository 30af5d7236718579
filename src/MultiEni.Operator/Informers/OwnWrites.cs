using MultiEni.Api.Kubernetes;

namespace MultiEni.Operator.Informers;

/// <summary>
/// The answers to own writes that the watch has not shown yet. A watch event comes up to some
/// hundred milliseconds after the answer of its write; whoever decides on what the watch has shown
/// alone repeats what is done already, and patches a version that is no longer the present one. Not
/// safe for concurrent use.
/// </summary>
/// <remarks>
/// Resource versions of one resource grow and may be compared as numbers
/// (https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions). Of a server
/// whose versions are no numbers nothing is kept.
/// </remarks>
/// <typeparam name="T">The type of object.</typeparam>
internal sealed class OwnWrites<T>
    where T : class, IKubernetesObject
{
    private readonly Dictionary<ObjectKey, Write> _ahead = [];
    private ulong _reached;

    /// <summary>Whether the object is as good as deleted: nothing keeps it any more.</summary>
    public static bool IsGone(T obj) => obj.Metadata is { IsBeingDeleted: true, Finalizers: null or { Count: 0 } };

    /// <summary>The watch has shown everything up to this version.</summary>
    public void Reach(string? version) => _reached = ulong.TryParse(version, out var number) ? number : _reached;

    /// <summary>Keeps the answer to a write; false when the cache knows as much already.</summary>
    /// <param name="answer">The object after the write.</param>
    /// <param name="known">The object as cached, or null.</param>
    public bool TryAdd(T answer, T? known)
    {
        var key = ObjectKey.Of(answer);
        var isGone = IsGone(answer);
        var isNews = isGone
            ? known?.Metadata.Uid == answer.Metadata.Uid
            : Version(answer) > _reached && !(_ahead.TryGetValue(key, out var other) && Version(other.Object) >= Version(answer));
        if (isNews)
        {
            _ahead[key] = new Write(answer, isGone);
        }

        return isNews;
    }

    /// <summary>The server said that the object is gone.</summary>
    public void Bury(T last) => _ahead[ObjectKey.Of(last)] = new Write(last, IsGone: true);

    /// <summary>
    /// Whether a watched object is older than the answer to an own write. What is as new ends the
    /// keeping of that.
    /// </summary>
    public bool Hides(T seen, bool isDeletion)
    {
        var key = ObjectKey.Of(seen);
        if (!_ahead.TryGetValue(key, out var own))
        {
            return false;
        }

        // The answer to the write that ended an object carries the version before its deletion on
        // some servers.
        if (Version(seen) < Version(own.Object) || (!isDeletion && own.IsGone && own.Object.Metadata.Uid == seen.Metadata.Uid))
        {
            return true;
        }

        _ahead.Remove(key);
        return false;
    }

    /// <summary>A list that begins now shows everything that was answered before.</summary>
    public void Clear() => _ahead.Clear();

    /// <summary>
    /// A complete list, with what was written after it; what was written before and is not in it
    /// was deleted meanwhile.
    /// </summary>
    /// <param name="listed">The objects.</param>
    /// <param name="version">
    /// The version of the list; of a list without a number as version nothing is known to be newer.
    /// </param>
    public IReadOnlyCollection<T> Over(IReadOnlyCollection<T> listed, string? version)
    {
        if (ulong.TryParse(version, out var shown))
        {
            // The answer to a write that ended an object may carry a version from before its
            // deletion.
            foreach (var (key, _) in _ahead.Where(entry => !entry.Value.IsGone && Version(entry.Value.Object) <= shown).ToList())
            {
                _ahead.Remove(key);
            }
        }

        if (_ahead.Count == 0)
        {
            return listed;
        }

        var newest = listed.Where(obj => !Hides(obj, isDeletion: false)).ToDictionary(obj => ObjectKey.Of(obj));
        foreach (var (key, own) in _ahead.Where(entry => !entry.Value.IsGone))
        {
            newest[key] = own.Object;
        }

        return newest.Values;
    }

    private static ulong Version(T obj) => ulong.TryParse(obj.Metadata.ResourceVersion, out var number) ? number : 0;

    private readonly record struct Write(T Object, bool IsGone);
}
