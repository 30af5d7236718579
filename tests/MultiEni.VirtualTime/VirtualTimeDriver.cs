namespace MultiEni.VirtualTime;

/// <summary>
/// Lets a <see cref="VirtualClock"/> jump whenever nothing is left to do at its present moment.
/// That can be known because everything runs on the thread pool of this process: servers are in it
/// and no socket is between. A thread that is not of the pool does the watching.
/// </summary>
public sealed class VirtualTimeDriver : IDisposable
{
    private readonly VirtualClock _time;
    private readonly Thread _thread;
    private volatile bool _stopping;

    private VirtualTimeDriver(VirtualClock time)
    {
        _time = time;
        _thread = new Thread(Run) { IsBackground = true, Name = "virtual time" };
    }

    /// <summary>How often the clock has jumped.</summary>
    public long Jumps { get; private set; }

    /// <summary>From here on time passes.</summary>
    public static VirtualTimeDriver Start(VirtualClock time)
    {
        var driver = new VirtualTimeDriver(time);
        driver._thread.Start();
        return driver;
    }

    /// <summary>Time stands still again.</summary>
    public void Dispose()
    {
        _stopping = true;
        _thread.Join();
    }

    private void Run()
    {
        var spin = default(SpinWait);
        while (!_stopping)
        {
            if (IsIdle())
            {
                Jumps += _time.Advance() ? 1 : 0;
                spin.Reset();
            }
            else
            {
                // Yields for long before it sleeps: a sleep for each jump would be most of the run.
                spin.SpinOnce(sleep1Threshold: 200);
            }
        }
    }

    // A worker counts as busy before it takes an item, and an item as pending until it is taken; so
    // the order of the questions leaves no gap.
    private static bool IsIdle() => ThreadPool.PendingWorkItemCount == 0 && BusyWorkers() == 0 && ThreadPool.PendingWorkItemCount == 0;

    private static int BusyWorkers()
    {
        ThreadPool.GetMaxThreads(out var most, out _);
        ThreadPool.GetAvailableThreads(out var available, out _);
        return most - available;
    }
}
