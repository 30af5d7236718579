using System.Collections.Concurrent;
using System.Net.Sockets;
using Grpc.Core;
using MultiEni.Simulator.Nodes.Kubelets.Protocol.DraHealthApi;
using MultiEni.Simulator.Nodes.Kubelets.Protocol.PluginRegistrationApi;

namespace MultiEni.Simulator.Nodes.Kubelets.Claims;

/// <summary>
/// The kubelet's side of dynamic resource allocation: finds drivers by the sockets in its folder
/// plugins_registry, has them prepare and unprepare claims, and notices when one is gone. Safe to
/// use from any thread.
/// </summary>
public sealed class KubeletDraManager : IAsyncDisposable
{
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentDictionary<string, DraDriverEndpoint> _drivers = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, IReadOnlyList<DeviceHealth>> _health = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Task> _sockets = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stopping = new();
    private readonly FileSystemWatcher _watcher;

    /// <summary>Begins to look for drivers.</summary>
    /// <param name="root">The folder in place of <c>/var/lib/kubelet</c>.</param>
    public KubeletDraManager(string root)
    {
        RegistryFolder = Path.Combine(root, "plugins_registry");
        Directory.CreateDirectory(RegistryFolder);
        _watcher = new FileSystemWatcher(RegistryFolder) { EnableRaisingEvents = true };
        _watcher.Created += (_, _) => Scan();
        Scan();
    }

    /// <summary>Where drivers leave their sockets for registration.</summary>
    public string RegistryFolder { get; }

    /// <summary>Raised with the driver that registered.</summary>
    public event EventHandler<KubeletResourceEventArgs>? Registered;

    /// <summary>Raised with the driver whose connection was lost.</summary>
    public event EventHandler<KubeletResourceEventArgs>? Disconnected;

    /// <summary>Drivers to which there is a connection.</summary>
    public IReadOnlyCollection<string> Drivers => [.. _drivers.Keys];

    /// <summary>
    /// Which gRPC service of a driver is used; null for one that is not connected.
    /// </summary>
    public string? ServiceOf(string driver) => _drivers.GetValueOrDefault(driver)?.Service;

    /// <summary>
    /// What a driver said last of its devices: whether each is well, and why not. Null for those of
    /// which it knows nothing.
    /// </summary>
    public IReadOnlyDictionary<string, (bool? IsHealthy, string Message)> HealthOf(string driver) =>
        _health
            .GetValueOrDefault(driver, [])
            .ToDictionary(
                seen => seen.Device.DeviceName,
                seen => (seen.Health == HealthStatus.Unknown ? (bool?)null : seen.Health == HealthStatus.Healthy, seen.Message),
                StringComparer.Ordinal
            );

    /// <summary>Has a driver prepare claims.</summary>
    /// <returns>
    /// For each claim by its UID the CDI devices, with the requests they are for, or the driver's
    /// error.
    /// </returns>
    /// <exception cref="PluginCallException">
    /// The driver is not there, or failed altogether.
    /// </exception>
    public async Task<IReadOnlyDictionary<string, PreparedClaim>> PrepareAsync(
        string driver,
        IReadOnlyList<ClaimIdentity> claims,
        CancellationToken cancellationToken
    )
    {
        var answers = await CallAsync(driver, endpoint => endpoint.PrepareAsync(claims.Select(claim => claim.ToMessage()), cancellationToken));
        return claims.ToDictionary(
            claim => claim.Uid,
            claim => answers.TryGetValue(claim.Uid, out var answer) ? PreparedClaim.Of(answer) : PreparedClaim.Missing,
            StringComparer.Ordinal
        );
    }

    /// <summary>Has a driver take claims back.</summary>
    /// <returns>Errors by the UIDs of the claims.</returns>
    /// <exception cref="PluginCallException">
    /// The driver is not there, or failed altogether.
    /// </exception>
    public async Task<IReadOnlyDictionary<string, string>> UnprepareAsync(
        string driver,
        IReadOnlyList<ClaimIdentity> claims,
        CancellationToken cancellationToken
    )
    {
        var answers = await CallAsync(driver, endpoint => endpoint.UnprepareAsync(claims.Select(claim => claim.ToMessage()), cancellationToken));
        return claims
            .Select(claim => (claim.Uid, Error: answers.TryGetValue(claim.Uid, out var answer) ? answer.Error : PreparedClaim.Missing.Error))
            .Where(answer => answer.Error.Length > 0)
            .ToDictionary(answer => answer.Uid, answer => answer.Error, StringComparer.Ordinal);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _watcher.Dispose();
        await _stopping.CancelAsync();
        List<Task> following;
        lock (_gate)
        {
            following = [.. _sockets.Values];
        }

        await Task.WhenAll(following);
        foreach (var endpoint in _drivers.Values)
        {
            endpoint.Dispose();
        }

        _stopping.Dispose();
    }

    private async Task<T> CallAsync<T>(string driver, Func<DraDriverEndpoint, Task<T>> call)
    {
        if (!_drivers.TryGetValue(driver, out var endpoint))
        {
            throw new PluginCallException($"DRA driver {driver} is not registered", inner: null);
        }

        try
        {
            return await call(endpoint);
        }
        catch (RpcException failed)
        {
            throw new PluginCallException($"rpc error: code = {failed.StatusCode} desc = {failed.Status.Detail}", failed);
        }
    }

    private void Scan()
    {
        foreach (var socket in Directory.EnumerateFiles(RegistryFolder, "*-reg.sock"))
        {
            lock (_gate)
            {
                if (!_sockets.ContainsKey(socket))
                {
                    _sockets[socket] = FollowAsync(socket);
                }
            }
        }
    }

    // One driver's life, as its socket for registration shows it.
    private async Task FollowAsync(string registrationSocket)
    {
        await Task.Yield();
        try
        {
            while (!_stopping.IsCancellationRequested && File.Exists(registrationSocket))
            {
                if (await RegisterAsync(registrationSocket) is { } endpoint)
                {
                    await ServeAsync(endpoint);
                    Disconnected?.Invoke(this, new KubeletResourceEventArgs(endpoint.Driver));
                }
                else
                {
                    await Task.Delay(Retry, TimeProvider.System, _stopping.Token);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The kubelet ends.
        }
        finally
        {
            lock (_gate)
            {
                _sockets.Remove(registrationSocket);
            }
        }
    }

    private async Task<DraDriverEndpoint?> RegisterAsync(string registrationSocket)
    {
        using var channel = UnixChannel.Open(registrationSocket);
        var client = new Registration.RegistrationClient(channel);
        try
        {
            var info = await client.GetInfoAsync(new InfoRequest(), cancellationToken: _stopping.Token);
            var error =
                info.Type != "DRAPlugin" ? $"unknown plugin type {info.Type}"
                : DraDriverEndpoint.ServiceOf(info.SupportedVersions) is null
                    ? $"no supported version among {string.Join(", ", info.SupportedVersions)}"
                : "";
            var status = new RegistrationStatus { PluginRegistered = error.Length == 0, Error = error };
            DraDriverEndpoint? endpoint = null;
            if (error.Length == 0)
            {
                endpoint = new DraDriverEndpoint(info.Name, info.Endpoint, info.SupportedVersions);
                _drivers[info.Name] = endpoint;
            }

            await client.NotifyRegistrationStatusAsync(status, cancellationToken: _stopping.Token);
            if (endpoint is not null)
            {
                Registered?.Invoke(this, new KubeletResourceEventArgs(endpoint.Driver));
            }

            return endpoint;
        }
        catch (RpcException) when (!_stopping.IsCancellationRequested)
        {
            return null;
        }
        catch (RpcException cancelled)
        {
            throw new OperationCanceledException(cancelled.Message, cancelled);
        }
    }

    // Until the driver's socket takes no connection any more.
    private async Task ServeAsync(DraDriverEndpoint endpoint)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        var health = endpoint.TellsHealth ? WatchHealthAsync(endpoint, over.Token) : Task.CompletedTask;
        while (await EndAsync(endpoint.Socket, _stopping.Token))
        {
            await Task.Delay(Retry, TimeProvider.System, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await over.CancelAsync();
        await health;
        _health.TryRemove(endpoint.Driver, out _);
        if (_drivers.TryRemove(new(endpoint.Driver, endpoint)))
        {
            endpoint.Dispose();
        }
    }

    private async Task WatchHealthAsync(DraDriverEndpoint endpoint, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await endpoint.WatchHealthAsync(devices => _health[endpoint.Driver] = devices, cancellationToken);
            }
            catch (Exception ended) when (ended is RpcException or OperationCanceledException)
            {
                // Tried again below.
            }

            await Task.Delay(Retry, TimeProvider.System, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // Waits until a connection ends; false when there can be none.
    private static async Task<bool> EndAsync(string path, CancellationToken cancellationToken)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        var connected = false;
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
            connected = true;
            var buffer = new byte[1024];
            while (await socket.ReceiveAsync(buffer, cancellationToken) > 0)
            {
                // A server may greet.
            }
        }
        catch (SocketException)
        {
            return connected;
        }
        catch (OperationCanceledException)
        {
            return false;
        }

        return true;
    }
}
