using System.Diagnostics.CodeAnalysis;

namespace MultiEni.Operator.Caching;

/// <summary>
/// Values that count for a limited time each and take no memory much longer: whenever the map has
/// doubled, everything expired is dropped, so that a write costs little on average and the map
/// never holds more than about twice of what counts.
/// </summary>
/// <typeparam name="TKey">Names a value.</typeparam>
/// <typeparam name="TValue">What is remembered.</typeparam>
/// <param name="time">Clock of the lifetimes.</param>
public sealed class ExpiringMap<TKey, TValue>(TimeProvider time)
    where TKey : notnull
{
    private const int WorthSweeping = 64;

    private readonly Lock _gate = new();
    private readonly Dictionary<TKey, (TValue Value, TimeSpan Until)> _entries = [];
    private readonly long _start = time.GetTimestamp();
    private int _sweepAt = WorthSweeping;

    /// <summary>How many entries are held, expired ones included.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _entries.Count;
            }
        }
    }

    /// <summary>Remembers a value, or remembers it for longer.</summary>
    public void Set(TKey key, TValue value, TimeSpan lifetime)
    {
        lock (_gate)
        {
            _entries[key] = (value, Now + lifetime);
            if (_entries.Count >= _sweepAt)
            {
                Drop(static (_, _) => false);
                _sweepAt = Math.Max(WorthSweeping, _entries.Count * 2);
            }
        }
    }

    /// <summary>The value, unless it has expired.</summary>
    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        lock (_gate)
        {
            var found = _entries.TryGetValue(key, out var entry) && entry.Until > Now;
            value = found ? entry.Value : default;
            return found;
        }
    }

    /// <summary>Drops all values of which this holds.</summary>
    public void RemoveWhere(Func<TKey, TValue, bool> condition)
    {
        lock (_gate)
        {
            Drop(condition);
        }
    }

    private TimeSpan Now => time.GetElapsedTime(_start);

    private void Drop(Func<TKey, TValue, bool> condition)
    {
        var now = Now;
        foreach (var (key, entry) in _entries)
        {
            if (entry.Until <= now || condition(key, entry.Value))
            {
                _entries.Remove(key);
            }
        }
    }
}
