namespace MultiEni.Controller.Ec2.Inventory;

/// <summary>
/// An index from one key to several identifiers, in order of the identifiers. Nearly all keys have
/// one, hence the arrays.
/// </summary>
internal sealed class KeyedSets
{
    private readonly Dictionary<string, string[]> _sets = new(StringComparer.Ordinal);

    /// <summary>The identifiers of a key, as they are now.</summary>
    public IReadOnlyCollection<string> this[string key] => _sets.GetValueOrDefault(key, []);

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
            _sets.Add(to, [id]);
        }
        else if (!set.Contains(id, StringComparer.Ordinal))
        {
            _sets[to] = [.. set.Append(id).Order(StringComparer.Ordinal)];
        }
    }

    public void Remove(string? key, string id)
    {
        if (key is null || !_sets.TryGetValue(key, out var set))
        {
            return;
        }

        var rest = Array.FindAll(set, other => other != id);
        if (rest.Length == 0)
        {
            _sets.Remove(key);
        }
        else
        {
            _sets[key] = rest;
        }
    }
}
