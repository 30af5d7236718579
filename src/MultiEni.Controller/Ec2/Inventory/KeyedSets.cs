namespace MultiEni.Controller.Ec2.Inventory;

/// <summary>An index from one key to several identifiers, in order of the identifiers.</summary>
internal sealed class KeyedSets
{
    private static readonly SortedSet<string> Empty = [];
    private readonly Dictionary<string, SortedSet<string>> _sets = new(StringComparer.Ordinal);

    public IReadOnlyCollection<string> this[string key] => _sets.GetValueOrDefault(key, Empty);

    public void Move(string? from, string? to, string id)
    {
        if (from != to)
        {
            Remove(from, id);
        }

        if (to is null)
        {
            return;
        }

        if (!_sets.TryGetValue(to, out var set))
        {
            _sets.Add(to, set = new(StringComparer.Ordinal));
        }

        set.Add(id);
    }

    public void Remove(string? key, string id)
    {
        if (key is not null && _sets.TryGetValue(key, out var set) && set.Remove(id) && set.Count == 0)
        {
            _sets.Remove(key);
        }
    }
}
