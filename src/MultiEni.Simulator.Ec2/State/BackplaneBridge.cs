using System.Collections.Concurrent;

namespace MultiEni.Simulator.Ec2.State;

/// <summary>
/// Calls the backplane outside of the state's lock, one call after the other for each interface,
/// and enters the state again when a call is done.
/// </summary>
internal sealed class BackplaneBridge(IInstanceBackplane? backplane, Action<Action> enter) : IAsyncDisposable
{
    private readonly ConcurrentQueue<Func<Task>> _toStart = new();
    private readonly ConcurrentDictionary<Task, byte> _running = new();
    private readonly ConcurrentQueue<Exception> _errors = new();
    private readonly Dictionary<string, Task> _lastOfMac = new(StringComparer.Ordinal);
    private readonly HashSet<string> _plugged = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>Exceptions of the backplane; their transitions never completed.</summary>
    public IReadOnlyCollection<Exception> Errors => _errors;

    public void Plug(PluggedEni eni, Action done)
    {
        _plugged.Add(eni.MacAddress);
        Enqueue(eni.MacAddress, (plane, ct) => plane.PlugAsync(eni, ct), done);
    }

    /// <summary>Completes at once for an interface that has never been plugged.</summary>
    public void Unplug(string instanceId, string macAddress, Action done)
    {
        if (_plugged.Remove(macAddress))
        {
            Enqueue(macAddress, (plane, ct) => plane.UnplugAsync(instanceId, macAddress, ct), done);
        }
        else
        {
            done();
        }
    }

    public void Terminated(string instanceId, IEnumerable<string> macAddresses, Action done)
    {
        foreach (var macAddress in macAddresses)
        {
            _plugged.Remove(macAddress);
            _lastOfMac.Remove(macAddress);
        }

        Enqueue(instanceId, (plane, ct) => plane.InstanceTerminatedAsync(instanceId, ct), done);
    }

    /// <summary>
    /// Starts what has been asked for. Must be called without the state's lock: a backplane may
    /// call back.
    /// </summary>
    public void Start()
    {
        while (_toStart.TryDequeue(out var start))
        {
            var task = start();
            _running.TryAdd(task, 0);
            if (task.IsCompleted)
            {
                _running.TryRemove(task, out _);
            }
        }

        foreach (var task in _running.Keys)
        {
            if (task.IsCompleted)
            {
                _running.TryRemove(task, out _);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_running.Keys);
        _stopping.Dispose();
    }

    private void Enqueue(string key, Func<IInstanceBackplane, CancellationToken, Task> call, Action done)
    {
        if (backplane is null)
        {
            done();
            return;
        }

        var previous = _lastOfMac.GetValueOrDefault(key, Task.CompletedTask);
        var finished = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _lastOfMac[key] = finished.Task;
        _toStart.Enqueue(() => RunAsync(previous, call, done, finished));
    }

    private async Task RunAsync(Task previous, Func<IInstanceBackplane, CancellationToken, Task> call, Action done, TaskCompletionSource finished)
    {
        try
        {
            await previous.WaitAsync(_stopping.Token);
            await call(backplane!, _stopping.Token);
            enter(done);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The simulator goes down; nobody waits for the transition any more.
        }
        catch (Exception error)
        {
            _errors.Enqueue(error);
        }
        finally
        {
            finished.SetResult();
        }
    }
}
