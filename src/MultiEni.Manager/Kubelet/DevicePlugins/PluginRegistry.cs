using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using MultiEni.Manager.Kubelet.Wire;
using MultiEni.Manager.Telemetry;

namespace MultiEni.Manager.Kubelet.DevicePlugins;

/// <summary>
/// Keeps device plugins known to the kubelet: one socket each in the kubelet's folder, registered
/// again whenever the kubelet has started anew, which is when it empties that folder and makes its
/// own socket again.
/// </summary>
/// <param name="paths">The kubelet's folders.</param>
/// <param name="settled">
/// Called when the kubelet begins or ends to watch a plugin, or cannot be reached any more.
/// </param>
/// <param name="loggers">Makes logs.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
internal sealed class PluginRegistry(KubeletPaths paths, Action settled, ILoggerFactory loggers, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    private const string SocketPrefix = "eni-";
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan CallLimit = TimeSpan.FromSeconds(10);

    // A kubelet opens its watch right after it has answered the registration.
    private static readonly TimeSpan WatchPatience = TimeSpan.FromSeconds(2);
    private readonly ConcurrentDictionary<string, PluginSocket> _plugins = new(StringComparer.Ordinal);
    private readonly GrpcClient _kubelet = new(paths.RegistrationSocket, CallLimit, time);
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly SemaphoreSlim _wake = new(0, 1);
    private readonly Lock _wakeLock = new();
    private GrpcSocketServer? _server;
    private bool _ended;
    private bool _unwatched;

    /// <summary>
    /// Why pods cannot get devices of a resource at present, however many are announced; null when
    /// they can.
    /// </summary>
    public string? ProblemOf(string resource) =>
        !_plugins.TryGetValue(resource, out var socket) ? "it is not served yet"
        : socket.Plugin.IsWatched ? null
        : socket.Problem ?? "the kubelet has not called back yet";

    /// <summary>Serves a plugin; registering it is what <see cref="RunAsync"/> does.</summary>
    public async Task AddAsync(ResourcePlugin plugin, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            _server ??= await GrpcSocketServer.StartAsync(loggers, cancellationToken);
            _plugins[plugin.Resource] = new PluginSocket(plugin, Path.Combine(paths.PluginFolder, SocketName(plugin.Resource)));
        }
        finally
        {
            _turn.Release();
        }

        Wake();
    }

    /// <summary>
    /// Serves a plugin no longer and removes its socket. The kubelet forgets the resource after a
    /// while.
    /// </summary>
    public async Task RemoveAsync(string resource)
    {
        await _turn.WaitAsync();
        try
        {
            if (_plugins.TryRemove(resource, out var socket))
            {
                await CloseAsync(socket);
                Log.PluginRetired(logger, resource, socket.Path);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>
    /// The kubelet began or ended to watch a plugin. What ended is registered again, in case a
    /// kubelet is there that has given the plugin up.
    /// </summary>
    public void OnWatched()
    {
        Wake();
        settled();
    }

    /// <summary>Looks at everything now.</summary>
    public void Wake()
    {
        lock (_wakeLock)
        {
            if (!_ended && _wake.CurrentCount == 0)
            {
                _wake.Release();
            }
        }
    }

    /// <summary>Registers what has to be registered, until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        RemoveStaleSockets();
        var pause = FirstPause;
        FileSystemWatcher? folder = null;
        try
        {
            while (true)
            {
                folder ??= Watch();
                var isSettled = await VisitAsync(cancellationToken);
                // With the folder watched and everything registered there is nothing to wait for
                // but an event.
                var patience =
                    !isSettled ? pause
                    : folder is null ? LongestPause
                    : Timeout.InfiniteTimeSpan;
                var woken = await _wake.WaitAsync(patience, cancellationToken);
                pause =
                    woken || isSettled ? FirstPause
                    : pause < LongestPause ? pause * 2
                    : LongestPause;
            }
        }
        finally
        {
            folder?.Dispose();
        }
    }

    /// <summary>
    /// Ends all watches and removes the sockets: the kubelet counts no device of ours from now on.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        lock (_wakeLock)
        {
            _ended = true;
        }

        foreach (var socket in _plugins.Values)
        {
            await CloseAsync(socket);
        }

        _plugins.Clear();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _turn.Dispose();
        _wake.Dispose();
    }

    /// <summary>
    /// The socket's name: short, because the path of a socket may have 107 bytes and a resource's
    /// name can be longer.
    /// </summary>
    private static string SocketName(string resource) =>
        $"{SocketPrefix}{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(resource)).AsSpan(0, 6))}.sock";

    private async Task<bool> VisitAsync(CancellationToken cancellationToken)
    {
        var isSettled = true;
        await _turn.WaitAsync(cancellationToken);
        try
        {
            foreach (var socket in _plugins.Values)
            {
                isSettled &= await SettleAsync(socket, cancellationToken);
            }
        }
        finally
        {
            _turn.Release();
        }

        return isSettled;
    }

    private async Task<bool> SettleAsync(PluginSocket socket, CancellationToken cancellationToken)
    {
        var before = socket.Problem;
        try
        {
            if (socket.Listener is null || !File.Exists(socket.Path))
            {
                await CloseListenerAsync(socket);
                socket.Listener = await _server!.ListenAsync(socket.Path, socket.Plugin, cancellationToken);
                socket.RegisteredAt = null;
            }

            if (socket.RegisteredAt is { } since && (socket.Plugin.IsWatched || time.GetElapsedTime(since) < WatchPatience))
            {
                return socket.Plugin.IsWatched;
            }

            await _kubelet.CallAsync(
                DevicePluginMethods.Register,
                DevicePluginMessages.RegisterRequest(Path.GetFileName(socket.Path), socket.Plugin.Resource),
                cancellationToken
            );
            socket.RegisteredAt = time.GetTimestamp();
            socket.Problem = null;
            Log.PluginRegistered(logger, socket.Plugin.Resource, socket.Path);
        }
        catch (Exception error) when (error is GrpcException or IOException or UnauthorizedAccessException or System.Net.Sockets.SocketException)
        {
            socket.RegisteredAt = null;
            socket.Problem = error.Message;
            if (before != error.Message)
            {
                Log.PluginNotRegistered(logger, socket.Plugin.Resource, error.Message);
                settled();
            }
        }

        return socket.Plugin.IsWatched;
    }

    private FileSystemWatcher? Watch()
    {
        if (!Directory.Exists(paths.PluginFolder))
        {
            return null;
        }

        var watcher = new FileSystemWatcher(paths.PluginFolder) { NotifyFilter = NotifyFilters.FileName };
        watcher.Created += (_, made) => SeeMade(made.Name);
        watcher.Renamed += (_, moved) => SeeMade(moved.Name);
        watcher.Deleted += (_, _) => Wake();
        watcher.Error += (_, _) => SeeMade(KubeletPaths.SocketName);
        try
        {
            watcher.EnableRaisingEvents = true;
            return watcher;
        }
        catch (IOException error)
        {
            // The node has no watch left to give. What is missed is found by looking now and then.
            if (!_unwatched)
            {
                _unwatched = true;
                Log.PluginFolderNotWatched(logger, paths.PluginFolder, error.Message);
            }

            watcher.Dispose();
            return null;
        }
    }

    // A new socket is a new kubelet, which knows of no plugin.
    private void SeeMade(string? name)
    {
        if (name == KubeletPaths.SocketName)
        {
            foreach (var socket in _plugins.Values)
            {
                socket.RegisteredAt = null;
            }
        }

        Wake();
    }

    // Left by an agent that was killed. Nobody listens there, and none of our names is anybody
    // else's.
    private void RemoveStaleSockets()
    {
        try
        {
            foreach (var path in Directory.EnumerateFiles(paths.PluginFolder, SocketPrefix + "*.sock"))
            {
                if (_plugins.Values.All(socket => socket.Path != path))
                {
                    File.Delete(path);
                }
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The folder is not there, which registering will say.
        }
    }

    private static async Task CloseAsync(PluginSocket socket)
    {
        socket.Plugin.End();
        await CloseListenerAsync(socket);
    }

    private static async Task CloseListenerAsync(PluginSocket socket)
    {
        if (socket.Listener is { } listener)
        {
            socket.Listener = null;
            await listener.DisposeAsync();
        }
    }
}
