namespace MultiEni.Manager.Host.Kernel;

/// <summary>
/// Runs system calls that may wait for long, on threads of their own. An unbind of a vfio device
/// that somebody holds open sleeps uninterruptibly and survives even SIGKILL
/// (docs/reference/driver-binding.md#calls-that-do-not-return); meanwhile it holds the device's
/// lock, for which many kernels make even a read of <c>driver_override</c> wait. On the thread pool
/// such calls would take the whole program with them.
/// </summary>
internal sealed class BlockingCalls
{
    /// <summary>
    /// Threads that are kept for the next call; more exist only while calls are under way at once.
    /// </summary>
    private const int KeptThreads = 2;

    private readonly Lock _gate = new();
    private readonly Stack<Worker> _idle = [];

    /// <summary>
    /// Runs a call to its end on a thread named after it. Cancellation gives up the wait, not the
    /// call.
    /// </summary>
    /// <param name="name">
    /// Name of the thread meanwhile, for whoever looks why it hangs; Linux shows the first 15
    /// characters.
    /// </param>
    /// <param name="call">What to run. Its exception becomes the task's.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<T> RunAsync<T>(string name, Func<T> call, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var completion = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Start(name, () => Complete(completion, call));
        return completion.Task.WaitAsync(cancellationToken);
    }

    private static void Complete<T>(TaskCompletionSource<T> completion, Func<T> call)
    {
        try
        {
            completion.SetResult(call());
        }
        catch (Exception exception)
        {
            completion.SetException(exception);
            // Nobody may be waiting any more; then the error of the call has no one to go to.
            _ = completion.Task.Exception;
        }
    }

    private void Start(string name, Action work)
    {
        Worker? worker;
        lock (_gate)
        {
            _idle.TryPop(out worker);
        }

        (worker ?? new Worker(this)).Run(name, work);
    }

    private bool Keep(Worker worker)
    {
        lock (_gate)
        {
            if (_idle.Count >= KeptThreads)
            {
                return false;
            }

            _idle.Push(worker);
            return true;
        }
    }

    private sealed class Worker
    {
        private readonly BlockingCalls _owner;
        private readonly object _monitor = new();
        private readonly Thread _thread;
        private Action? _work;
        private string _name = "";

        public Worker(BlockingCalls owner)
        {
            _owner = owner;
            // A background thread, so that a call which never returns does not keep the program
            // from ending.
            _thread = new Thread(Loop, maxStackSize: 256 * 1024) { IsBackground = true };
            _thread.Start();
        }

        public void Run(string name, Action work)
        {
            lock (_monitor)
            {
                (_name, _work) = (name, work);
                Monitor.Pulse(_monitor);
            }
        }

        private void Loop()
        {
            do
            {
                var work = Next();
                _thread.Name = _name;
                work();
            } while (_owner.Keep(this));
        }

        private Action Next()
        {
            lock (_monitor)
            {
                while (_work is null)
                {
                    Monitor.Wait(_monitor);
                }

                var work = _work;
                _work = null;
                return work;
            }
        }
    }
}
