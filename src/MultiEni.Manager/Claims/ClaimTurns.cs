namespace MultiEni.Manager.Claims;

/// <summary>
/// One piece of work at a time for each claim. Whoever asks waits for so long and is then told what
/// is being waited for, while the work goes on: a driver of the kernel cannot be called back, and
/// whoever asks again finds the work further on. Safe for concurrent use.
/// </summary>
/// <param name="patience">How long whoever asks waits.</param>
/// <param name="time">The clock.</param>
internal sealed class ClaimTurns(TimeSpan patience, TimeProvider time) : IAsyncDisposable
{
    private readonly Dictionary<string, Turn> _running = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _ending = new();
    private readonly Lock _lock = new();

    /// <summary>
    /// Does a piece of work, after whatever else is under way for the claim, or joins it when the
    /// same is under way.
    /// </summary>
    /// <typeparam name="T">
    /// What comes of it, by which preparation and its end are told apart.
    /// </typeparam>
    /// <param name="uid">The claim.</param>
    /// <param name="work">The work, which says what it waits for.</param>
    /// <param name="late">The answer when it takes too long, by what is being waited for.</param>
    /// <param name="cancellationToken">Ends the wait for the answer and not the work.</param>
    public async Task<T> RunAsync<T>(
        string uid,
        Func<Action<string>, CancellationToken, Task<T>> work,
        Func<string, T> late,
        CancellationToken cancellationToken
    )
    {
        Turn turn;
        lock (_lock)
        {
            var last = _running.GetValueOrDefault(uid);
            if (last?.Task is Task<T>)
            {
                turn = last;
            }
            else
            {
                turn = new Turn();
                turn.Task = DoAsync(uid, turn, last?.Task, work);
                _running[uid] = turn;
            }
        }

        var answer = (Task<T>)turn.Task;
        try
        {
            return await answer.WaitAsync(patience, time, cancellationToken);
        }
        catch (TimeoutException) when (!answer.IsCompleted)
        {
            return late(turn.Doing);
        }
    }

    /// <summary>Whether something is under way for a claim.</summary>
    public bool IsRunning(string uid)
    {
        lock (_lock)
        {
            return _running.ContainsKey(uid);
        }
    }

    /// <summary>
    /// The end of what is under way for a claim, well or not; over at once when nothing is.
    /// </summary>
    public Task EndOf(string uid)
    {
        lock (_lock)
        {
            return _running.TryGetValue(uid, out var turn) ? turn.Task : Task.CompletedTask;
        }
    }

    /// <summary>
    /// Waits for all work under way, and ends what takes longer: the journals lead a successor to
    /// the end.
    /// </summary>
    public async Task EndAsync(TimeSpan grace)
    {
        Task[] left;
        lock (_lock)
        {
            left = [.. _running.Values.Select(turn => turn.Task)];
        }

        // What went wrong is told to whoever asked.
        await Task.WhenAll(left).WaitAsync(grace, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _ending.CancelAsync();
        await Task.WhenAll(left).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await EndAsync(TimeSpan.Zero);
        _ending.Dispose();
    }

    private async Task<T> DoAsync<T>(string uid, Turn turn, Task? before, Func<Action<string>, CancellationToken, Task<T>> work)
    {
        // Behind the lock: it is noted as running before it can end.
        await Task.Yield();
        try
        {
            if (before is not null)
            {
                await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            return await work(what => turn.Doing = what, _ending.Token);
        }
        finally
        {
            lock (_lock)
            {
                if (_running.GetValueOrDefault(uid) == turn)
                {
                    _running.Remove(uid);
                }
            }
        }
    }

    private sealed class Turn
    {
        private volatile string _doing = "what is under way for the claim already";

        public Task Task { get; set; } = Task.CompletedTask;

        public string Doing
        {
            get => _doing;
            set => _doing = value;
        }
    }
}
