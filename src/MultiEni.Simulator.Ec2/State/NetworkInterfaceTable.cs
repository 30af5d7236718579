using MultiEni.Simulator.Ec2.Protocol;

namespace MultiEni.Simulator.Ec2.State;

/// <summary>
/// All network interfaces with posting lists for the filters that matter, so that a page costs what
/// is on it and not what is in the account.
/// </summary>
internal sealed class NetworkInterfaceTable(TimeProvider time)
{
    private static readonly Comparer<NetworkInterfaceEntry> _bySequence = Comparer<NetworkInterfaceEntry>.Create(
        (left, right) => left.Sequence.CompareTo(right.Sequence)
    );

    private static readonly SortedSet<NetworkInterfaceEntry> _none = [];

    private readonly Dictionary<string, NetworkInterfaceEntry> _byId = new(StringComparer.Ordinal);
    private readonly Dictionary<IndexKey, SortedSet<NetworkInterfaceEntry>> _postings = [];
    private readonly SortedSet<NetworkInterfaceEntry> _all = new(_bySequence);
    private readonly Queue<(DateTimeOffset At, NetworkInterfaceEntry Entry)> _recent = new();
    private long _sequence;

    public int Count => _byId.Count;

    /// <summary>Interfaces without an attachment, and the most there ever were at once.</summary>
    public int Unattached { get; private set; }

    public int PeakUnattached { get; private set; }

    /// <summary>Rows that queries have looked at since the start.</summary>
    public long RowsExamined { get; private set; }

    /// <summary>How far behind describes are; zero is normal.</summary>
    public TimeSpan Staleness { get; set; }

    public IEnumerable<NetworkInterface> Rows => _all.Select(entry => entry.Row);

    public void ResetCounters() => (PeakUnattached, RowsExamined) = (Unattached, 0);

    public NetworkInterfaceEntry? Find(string id) => _byId.GetValueOrDefault(id);

    public void Add(NetworkInterface row, DateTimeOffset visibleFrom)
    {
        var entry = new NetworkInterfaceEntry(++_sequence, row, visibleFrom);
        Remember(entry, null);
        _byId.Add(row.Id, entry);
        _all.Add(entry);
        Post(entry, NetworkInterfaceFields.FixedKeys(row));
        Post(entry, NetworkInterfaceFields.StateKeys(row));
        Post(entry, NetworkInterfaceFields.TagKeys(row.Tags));
        CountUnattached(row.Attachment is null ? 1 : 0);
    }

    public void Replace(NetworkInterface row)
    {
        var entry = _byId[row.Id];
        var old = entry.Row;
        Remember(entry, old);
        entry.Replace(row);
        Remove(entry, NetworkInterfaceFields.StateKeys(old));
        Post(entry, NetworkInterfaceFields.StateKeys(row));
        if (!ReferenceEquals(old.Tags, row.Tags))
        {
            Remove(entry, NetworkInterfaceFields.TagKeys(old.Tags));
            Post(entry, NetworkInterfaceFields.TagKeys(row.Tags));
        }

        CountUnattached((row.Attachment is null ? 1 : 0) - (old.Attachment is null ? 1 : 0));
    }

    public void Delete(string id)
    {
        _byId.Remove(id, out var entry);
        var row = entry!.Row;
        Remember(entry, row);
        entry.Delete();
        _all.Remove(entry);
        Remove(entry, NetworkInterfaceFields.FixedKeys(row));
        Remove(entry, NetworkInterfaceFields.StateKeys(row));
        Remove(entry, NetworkInterfaceFields.TagKeys(row.Tags));
        CountUnattached(row.Attachment is null ? -1 : 0);
    }

    /// <summary>The interfaces of an instance, in order of creation.</summary>
    public IReadOnlyCollection<NetworkInterface> OfInstance(string instanceId) =>
        _postings.TryGetValue(new("attachment.instance-id", instanceId), out var entries) ? [.. entries.Select(entry => entry.Row)] : [];

    public NetworkInterface? OfAttachment(string attachmentId) =>
        _postings.TryGetValue(new("attachment.attachment-id", attachmentId), out var entries) ? entries.Min!.Row : null;

    /// <summary>
    /// The interface as a describe by identifier finds it: a stale read still finds one that has
    /// just been deleted.
    /// </summary>
    public NetworkInterfaceEntry? FindSeen(string id) =>
        Find(id) ?? (Staleness > TimeSpan.Zero ? _recent.Select(change => change.Entry).LastOrDefault(entry => entry.Row.Id == id) : null);

    /// <summary>The row that a describe sees, which may be an old one.</summary>
    public NetworkInterface? Seen(NetworkInterfaceEntry entry) =>
        Staleness > TimeSpan.Zero ? entry.AsOf(time.GetUtcNow() - Staleness)
        : entry.Deleted ? null
        : entry.Row;

    /// <summary>Rows after a place in the order of creation that match all filters.</summary>
    public IEnumerable<(NetworkInterfaceEntry Entry, NetworkInterface Row)> Query(IReadOnlyList<QueryFilter> filters, long after)
    {
        foreach (var entry in Candidates(filters, after))
        {
            RowsExamined++;
            if (Seen(entry) is { } row && NetworkInterfaceFields.Filters.Matches(row, filters))
            {
                yield return (entry, row);
            }
        }
    }

    private IEnumerable<NetworkInterfaceEntry> Candidates(IReadOnlyList<QueryFilter> filters, long after)
    {
        if (after >= _sequence)
        {
            return [];
        }

        IEnumerable<NetworkInterfaceEntry> source = BestPostings(filters) switch
        {
            null => After(_all, after),
            [] => [],
            [var single] => After(single, after),
            var several => several.SelectMany(entries => After(entries, after)).Distinct().OrderBy(entry => entry.Sequence),
        };
        if (Staleness == TimeSpan.Zero)
        {
            return source;
        }

        // What changed within the lag may match as it was and not as it is.
        Forget();
        return source
            .Concat(_recent.Select(change => change.Entry).Where(entry => entry.Sequence > after))
            .Distinct()
            .OrderBy(entry => entry.Sequence);
    }

    /// <summary>
    /// The posting lists of the filter that leaves fewest rows; null when no filter has any.
    /// </summary>
    private List<SortedSet<NetworkInterfaceEntry>>? BestPostings(IReadOnlyList<QueryFilter> filters)
    {
        List<SortedSet<NetworkInterfaceEntry>>? best = null;
        foreach (var filter in filters)
        {
            if (!filter.IsLiteral || !NetworkInterfaceFields.IsIndexed(filter.Name))
            {
                continue;
            }

            var postings = new List<SortedSet<NetworkInterfaceEntry>>(filter.Values.Count);
            foreach (var value in filter.Values)
            {
                if (_postings.TryGetValue(new(filter.Name, value.Literal), out var entries))
                {
                    postings.Add(entries);
                }
            }

            if (best is null || postings.Sum(entries => entries.Count) < best.Sum(entries => entries.Count))
            {
                best = postings;
            }
        }

        return best;
    }

    private static SortedSet<NetworkInterfaceEntry> After(SortedSet<NetworkInterfaceEntry> entries, long after)
    {
        if (after == 0)
        {
            return entries;
        }

        var last = entries.Max!;
        var probe = new NetworkInterfaceEntry(after + 1, last.Row, default);
        return last.Sequence <= after ? _none : entries.GetViewBetween(probe, last);
    }

    private void CountUnattached(int change)
    {
        Unattached += change;
        PeakUnattached = Math.Max(PeakUnattached, Unattached);
    }

    private void Post(NetworkInterfaceEntry entry, IEnumerable<IndexKey> keys)
    {
        foreach (var key in keys)
        {
            if (!_postings.TryGetValue(key, out var entries))
            {
                _postings[key] = entries = new SortedSet<NetworkInterfaceEntry>(_bySequence);
            }

            entries.Add(entry);
        }
    }

    private void Remove(NetworkInterfaceEntry entry, IEnumerable<IndexKey> keys)
    {
        foreach (var key in keys)
        {
            if (_postings.TryGetValue(key, out var entries) && entries.Remove(entry) && entries.Count == 0)
            {
                _postings.Remove(key);
            }
        }
    }

    private void Remember(NetworkInterfaceEntry entry, NetworkInterface? former)
    {
        if (Staleness > TimeSpan.Zero)
        {
            Forget();
            var now = time.GetUtcNow();
            entry.Remember(now, former);
            _recent.Enqueue((now, entry));
        }
    }

    private void Forget()
    {
        var horizon = time.GetUtcNow() - Staleness;
        while (_recent.TryPeek(out var oldest) && oldest.At <= horizon)
        {
            _recent.Dequeue();
        }
    }
}
