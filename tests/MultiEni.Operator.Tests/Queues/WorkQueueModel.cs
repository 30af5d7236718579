namespace MultiEni.Operator.Tests.Queues;

/// <summary>What a work queue should do, in the plainest form.</summary>
public sealed class WorkQueueModel
{
    private readonly HashSet<int> _dirty = [];
    private readonly Dictionary<int, (int Time, int Order)> _due = [];
    private int _now;
    private int _order;

    public List<int> Ready { get; } = [];

    public HashSet<int> Taken { get; } = [];

    public void Add(int key)
    {
        _due.Remove(key);
        if (Taken.Contains(key))
        {
            _dirty.Add(key);
        }
        else if (!Ready.Contains(key))
        {
            Ready.Add(key);
        }
    }

    public void AddAfter(int key, int seconds)
    {
        if (!Ready.Contains(key) && (!_due.TryGetValue(key, out var earlier) || _now + seconds < earlier.Time))
        {
            _due[key] = (_now + seconds, ++_order);
        }
    }

    public int Take()
    {
        var key = Ready[0];
        Ready.RemoveAt(0);
        Taken.Add(key);
        return key;
    }

    public void Done(int key)
    {
        Taken.Remove(key);
        if (_dirty.Remove(key))
        {
            Ready.Add(key);
        }
    }

    public void Advance(int seconds)
    {
        _now += seconds;
        foreach (var (key, _) in _due.Where(entry => entry.Value.Time <= _now).OrderBy(entry => entry.Value).ToList())
        {
            Add(key);
        }
    }
}
