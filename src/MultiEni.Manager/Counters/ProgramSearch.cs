using MultiEni.Manager.Devices;

namespace MultiEni.Manager.Counters;

/// <summary>
/// Knows which process has a device node open. A look at all open files of the node takes long, so
/// no scrape waits for one: it begins in the background, one at a time, for all nodes that were asked
/// for in vain, each once a minute at most, and the next scrape has its result.
/// </summary>
internal sealed class ProgramSearch(OpenFiles files, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<string, OpenFile> _found = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _searched = new(StringComparer.Ordinal);
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);
    private Task _searching = Task.CompletedTask;

    /// <summary>
    /// The process that has the node open; null when none is known yet, or none can be seen.
    /// </summary>
    public async Task<int?> FindAsync(string node, CancellationToken cancellationToken)
    {
        if (Known(node) is { } file)
        {
            if (await files.IsOpenAsync(file, node, cancellationToken))
            {
                return file.Process;
            }

            Forget(node);
        }

        Search(node);
        return null;
    }

    /// <summary>Ends a search that is under way.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }

    private OpenFile? Known(string node)
    {
        lock (_gate)
        {
            return _found.TryGetValue(node, out var file) ? file : null;
        }
    }

    // The next program may be there already.
    private void Forget(string node)
    {
        lock (_gate)
        {
            _found.Remove(node);
            _searched.Remove(node);
        }
    }

    private void Search(string node)
    {
        lock (_gate)
        {
            _asked.Add(node);
            if (!_searching.IsCompleted || (_searched.TryGetValue(node, out var before) && time.GetElapsedTime(before) < Interval))
            {
                return;
            }

            var nodes = _asked.Where(asked => !_found.ContainsKey(asked)).ToHashSet(StringComparer.Ordinal);
            foreach (var asked in nodes)
            {
                _searched[asked] = time.GetTimestamp();
            }

            // A device that is not asked for again is gone, or has its kernel driver back.
            foreach (var gone in _searched.Where(entry => time.GetElapsedTime(entry.Value) > 2 * Interval).ToList())
            {
                _searched.Remove(gone.Key);
            }

            _asked.Clear();
            _searching = SearchAsync(nodes, _stop.Token);
        }
    }

    private async Task SearchAsync(HashSet<string> nodes, CancellationToken stop)
    {
        try
        {
            var found = await files.FindAsync(nodes, stop);
            lock (_gate)
            {
                foreach (var (node, file) in found)
                {
                    _found[node] = file;
                }
            }
        }
        catch (Exception error)
            when (error is IOException or UnauthorizedAccessException or TimeoutException or HttpRequestException or OperationCanceledException)
        {
            // The next scrape in a minute looks again.
        }
    }
}
