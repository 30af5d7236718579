namespace MultiEni.Operator.Tests.Queues;

/// <summary>What a work queue should do, in the plainest form.</summary>
public sealed class WorkQueueModel
{
    private readonly HashSet<int> dirty = [];
    private readonly Dictionary<int, (int Time, int Order)> due = [];
    private int now;
    private int order;

    public List<int> Ready { get; } = [];

    public HashSet<int> Taken { get; } = [];

    public void Add(int key)
    {
        due.Remove(key);
        if (Taken.Contains(key))
        {
            dirty.Add(key);
        }
        else if (!Ready.Contains(key))
        {
            Ready.Add(key);
        }
    }

    public void AddAfter(int key, int seconds)
    {
        if (!Ready.Contains(key) && (!due.TryGetValue(key, out var earlier) || now + seconds < earlier.Time))
        {
            due[key] = (now + seconds, ++order);
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
        if (dirty.Remove(key))
        {
            Ready.Add(key);
        }
    }

    public void Advance(int seconds)
    {
        now += seconds;
        foreach (var (key, _) in due.Where(entry => entry.Value.Time <= now).OrderBy(entry => entry.Value).ToList())
        {
            Add(key);
        }
    }
}
