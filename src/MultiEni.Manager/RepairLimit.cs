namespace MultiEni.Manager;

/// <summary>
/// Keeps a repair from becoming a fight: somebody who undoes every repair at once is answered a few times within a window of time and no
/// more often. Safe for concurrent use.
/// </summary>
/// <param name="most">How many repairs are free within the window.</param>
/// <param name="window">The window.</param>
/// <param name="time">The clock.</param>
internal sealed class RepairLimit(int most, TimeSpan window, TimeProvider time)
{
    private readonly Queue<long> _repairs = new();
    private readonly Lock _lock = new();

    /// <summary>How long the next repair has to wait; zero when it may be made.</summary>
    public TimeSpan Wait()
    {
        lock (_lock)
        {
            return _repairs.Count >= most && time.GetElapsedTime(_repairs.Peek()) is var since && since < window ? window - since : TimeSpan.Zero;
        }
    }

    /// <summary>A repair was made.</summary>
    public void Note()
    {
        lock (_lock)
        {
            _repairs.Enqueue(time.GetTimestamp());
            if (_repairs.Count > most)
            {
                _repairs.Dequeue();
            }
        }
    }
}
