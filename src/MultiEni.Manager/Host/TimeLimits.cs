using System.Collections.Concurrent;

namespace MultiEni.Manager.Host;

/// <summary>
/// Gives up waiting for a host that does not answer: a driver that hangs with the kernel's one lock
/// for links (RTNL) or with a lock of sysfs keeps everybody waiting who reads there. What was given
/// up on goes on, and is not begun a second time before it has returned, so that no threads pile
/// up.
/// </summary>
/// <remarks>
/// Writes have no limit here: how they end decides what may be done next, so <c>LockedFiles</c>
/// watches each of them to its end.
/// </remarks>
/// <param name="limit">How long a call may take.</param>
/// <param name="clock">
/// The clock of the machine that answers, which may be another one than that of the program's own
/// waits.
/// </param>
internal sealed class TimeLimits(TimeSpan limit, TimeProvider clock)
{
    private readonly ConcurrentDictionary<string, Task> _outstanding = new(StringComparer.Ordinal);

    /// <summary>
    /// The host whose reads and changes of links end in time, with a <see cref="TimeoutException"/>
    /// that says what did not.
    /// </summary>
    public NodeHost Apply(NodeHost host) =>
        host with
        {
            Files = new Files(host.Files, this),
            Links = new Links(host.Links, this),
            Counters = new Counters(host.Counters, this),
        };

    private async ValueTask<T> WithinAsync<T>(string what, Func<CancellationToken, ValueTask<T>> begin, CancellationToken cancellationToken)
    {
        if (_outstanding.ContainsKey(what))
        {
            throw NotReturned(what);
        }

        var call = begin(cancellationToken).AsTask();
        try
        {
            return await call.WaitAsync(limit, clock, cancellationToken);
        }
        catch (TimeoutException) when (!call.IsCompleted)
        {
            if (_outstanding.TryAdd(what, call))
            {
                _ = ForgetAsync(what, call);
            }

            throw NotReturned(what);
        }
    }

    private async Task ForgetAsync(string what, Task call)
    {
        await call.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _outstanding.TryRemove(what, out _);
    }

    // The same words each time: a message that changes would be news.
    private TimeoutException NotReturned(string what) =>
        new($"{what} has not returned within {limit.TotalSeconds:0.#} s: the kernel or a driver hangs (the node's dmesg may say which).");

    private sealed class Files(IHostFiles files, TimeLimits limits) : IHostFiles
    {
        public ValueTask<string?> ReadTextAsync(string path, CancellationToken cancellationToken) =>
            limits.WithinAsync($"Reading {path}", token => files.ReadTextAsync(path, token), cancellationToken);

        public ValueTask<string?> ReadLinkAsync(string path, CancellationToken cancellationToken) =>
            limits.WithinAsync($"Reading the link {path}", token => files.ReadLinkAsync(path, token), cancellationToken);

        public ValueTask<IReadOnlyList<string>> ListAsync(string path, CancellationToken cancellationToken) =>
            limits.WithinAsync($"Listing {path}", token => files.ListAsync(path, token), cancellationToken);

        public ValueTask<bool> ExistsAsync(string path, CancellationToken cancellationToken) =>
            limits.WithinAsync($"Looking for {path}", token => files.ExistsAsync(path, token), cancellationToken);

        public ValueTask<string?> ReadDeviceNumberAsync(string path, CancellationToken cancellationToken) =>
            limits.WithinAsync($"Looking for the device {path}", token => files.ReadDeviceNumberAsync(path, token), cancellationToken);

        public ValueTask<Errno> WriteAsync(string path, string text, CancellationToken cancellationToken) =>
            files.WriteAsync(path, text, cancellationToken);

        public ValueTask<Errno> ProbeOpenAsync(string path, CancellationToken cancellationToken) =>
            limits.WithinAsync($"Opening {path}", token => files.ProbeOpenAsync(path, token), cancellationToken);
    }

    private sealed class Links(ILinks links, TimeLimits limits) : ILinks
    {
        public ValueTask<NetworkState> ReadAsync(CancellationToken cancellationToken) =>
            limits.WithinAsync("Reading links, addresses, routes and rules over rtnetlink", links.ReadAsync, cancellationToken);

        public ValueTask<Errno> SetUpAsync(int index, bool up, CancellationToken cancellationToken) =>
            limits.WithinAsync($"Setting link {index} {(up ? "up" : "down")}", token => links.SetUpAsync(index, up, token), cancellationToken);

        public ValueTask<Errno> SetMtuAsync(int index, int mtu, CancellationToken cancellationToken) =>
            limits.WithinAsync($"Setting the MTU of link {index}", token => links.SetMtuAsync(index, mtu, token), cancellationToken);

        public ValueTask<Errno> AddAsync(NetworkItem item, CancellationToken cancellationToken) =>
            limits.WithinAsync($"Adding {item}", token => links.AddAsync(item, token), cancellationToken);

        public ValueTask<Errno> RemoveAsync(NetworkItem item, CancellationToken cancellationToken) =>
            limits.WithinAsync($"Removing {item}", token => links.RemoveAsync(item, token), cancellationToken);
    }

    private sealed class Counters(IDriverCounters counters, TimeLimits limits) : IDriverCounters
    {
        public ValueTask<DriverCounters?> ReadAsync(string interfaceName, CancellationToken cancellationToken) =>
            limits.WithinAsync($"Reading the counters of {interfaceName}", token => counters.ReadAsync(interfaceName, token), cancellationToken);
    }
}
