namespace MultiEni.Manager.Agent;

/// <summary>
/// Turns a burst of announcements into a few wakes. The first one wakes at once; what follows is collected, for 10 ms at first and for twice as long each
/// time, up to 200 ms. A card that is plugged in is not held up by that, and a node whose routes change all the time is looked at five times a second.
/// </summary>
internal sealed class WakeWindow : IDisposable
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(10);

    private readonly Lock _lock = new();
    private readonly Action _wake;
    private readonly ITimer _timer;
    private TimeSpan _length;
    private bool _isOpen;
    private bool _hasMore;

    /// <summary>Nothing was announced yet.</summary>
    /// <param name="wake">Looks again. Must be short.</param>
    /// <param name="time">Clock.</param>
    public WakeWindow(Action wake, TimeProvider time)
    {
        _wake = wake;
        _timer = time.CreateTimer(static window => ((WakeWindow)window!).End(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>For how long announcements are collected while they keep coming.</summary>
    public static TimeSpan Longest { get; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Something was announced.</summary>
    public void Signal()
    {
        lock (_lock)
        {
            if (_isOpen)
            {
                _hasMore = true;
                return;
            }

            Open(Shortest);
        }

        _wake();
    }

    /// <inheritdoc />
    public void Dispose() => _timer.Dispose();

    private void End()
    {
        lock (_lock)
        {
            if (!_hasMore)
            {
                _isOpen = false;
                return;
            }

            Open(_length * 2 < Longest ? _length * 2 : Longest);
        }

        _wake();
    }

    private void Open(TimeSpan length)
    {
        _length = length;
        _isOpen = true;
        _hasMore = false;
        _timer.Change(length, Timeout.InfiniteTimeSpan);
    }
}
