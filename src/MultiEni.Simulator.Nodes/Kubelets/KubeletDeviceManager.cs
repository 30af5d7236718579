using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MultiEni.Simulator.Nodes.Kubelets.Claims;

namespace MultiEni.Simulator.Nodes.Kubelets;

/// <summary>
/// The kubelet's side of the device plugin API and of the pod resources API, on Unix sockets:
/// plugins register, announce devices and are asked for them as by a real kubelet. Safe to use from
/// any thread.
/// </summary>
public sealed class KubeletDeviceManager : IAsyncDisposable
{
    private readonly string _root;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, PluginEndpoint> _endpoints = new(StringComparer.Ordinal);
    private readonly List<PluginEndpoint> _replaced = [];
    private readonly List<KubeletRegistration> _registrations = [];
    private readonly Dictionary<string, List<IReadOnlyList<KubeletDevice>>> _announced = new(StringComparer.Ordinal);
    private Func<IReadOnlyList<KubeletPodDevices>> _podDevices = () => [];
    private readonly SemaphoreSlim _turn = new(1, 1);
    private volatile bool _disposed;
    private WebApplication? _server;
    private KubeletDraManager? _drivers;

    private KubeletDeviceManager(string root) => _root = root;

    /// <summary>
    /// The folder below which the sockets are, in place of <c>/var/lib/kubelet</c>.
    /// </summary>
    public string Root => _root;

    /// <summary>The folder with <c>kubelet.sock</c> and the sockets of plugins.</summary>
    public string PluginFolder => Path.Combine(_root, "device-plugins");

    /// <summary>The socket of the pod resources API.</summary>
    public string PodResourcesSocket => Path.Combine(_root, "pod-resources", "kubelet.sock");

    /// <summary>
    /// The folder of CDI files that the container runtime reads, in place of <c>/var/run/cdi</c>.
    /// </summary>
    public string CdiFolder => Path.Combine(_root, "cdi");

    /// <summary>
    /// Drivers of dynamic resource allocation; null while the kubelet does not run.
    /// </summary>
    public KubeletDraManager? Drivers => Volatile.Read(ref _drivers);

    /// <summary>
    /// Raised when the kubelet begins to look for drivers: at each of its starts.
    /// </summary>
    public event EventHandler? Started;

    /// <summary>
    /// Raised with the driver of dynamic resource allocation whose connection was lost.
    /// </summary>
    public event EventHandler<KubeletResourceEventArgs>? DriverDisconnected;

    /// <summary>The socket at which plugins register.</summary>
    public string RegistrationSocket => Path.Combine(PluginFolder, "kubelet.sock");

    /// <summary>Devices of pods, as the pod resources API tells them.</summary>
    public Func<IReadOnlyList<KubeletPodDevices>> PodDevices
    {
        get => Volatile.Read(ref _podDevices);
        set => Volatile.Write(ref _podDevices, value);
    }

    /// <summary>Raised with the resource that a plugin registered.</summary>
    public event EventHandler<KubeletResourceEventArgs>? Registered;

    /// <summary>Raised with the resource whose devices changed.</summary>
    public event EventHandler<KubeletResourceEventArgs>? Changed;

    /// <summary>Resources that were registered since the kubelet started.</summary>
    public IReadOnlyList<string> Resources
    {
        get
        {
            lock (_gate)
            {
                return [.. _endpoints.Keys.Order(StringComparer.Ordinal)];
            }
        }
    }

    /// <summary>All registrations ever, oldest first, also those before a restart.</summary>
    public IReadOnlyList<KubeletRegistration> Registrations
    {
        get
        {
            lock (_gate)
            {
                return [.. _registrations];
            }
        }
    }

    /// <summary>
    /// Starts a kubelet's sockets below a folder such as <c>/var/lib/kubelet</c>.
    /// </summary>
    public static async Task<KubeletDeviceManager> StartAsync(string root, CancellationToken cancellationToken)
    {
        var manager = new KubeletDeviceManager(root);
        await manager.StartAsync(cancellationToken);
        return manager;
    }

    /// <summary>
    /// Devices of a resource at this moment; empty when its plugin is dead or unknown.
    /// </summary>
    public IReadOnlyList<KubeletDevice> Devices(string resource)
    {
        lock (_gate)
        {
            return _endpoints.TryGetValue(resource, out var endpoint) ? endpoint.Devices : [];
        }
    }

    /// <summary>Everything that plugins of a resource ever announced, oldest first.</summary>
    public IReadOnlyList<IReadOnlyList<KubeletDevice>> Announced(string resource)
    {
        lock (_gate)
        {
            return _announced.TryGetValue(resource, out var lists) ? [.. lists] : [];
        }
    }

    /// <summary>
    /// Picks devices out of those that are free, by the plugin's preference if it has one.
    /// </summary>
    public async Task<IReadOnlyList<string>> ChooseAsync(string resource, IReadOnlyList<string> free, int count, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(free);
        var endpoint = Endpoint(resource);
        return endpoint.Registration.PrefersDevices && free.Count > count
            ? await endpoint.PreferAsync(free, count, cancellationToken)
            : [.. free.Take(count)];
    }

    /// <summary>Asks a plugin for devices, as for a container that is admitted.</summary>
    /// <exception cref="PluginCallException">The plugin refuses, or is dead.</exception>
    public Task<KubeletAllocation> AllocateAsync(string resource, IReadOnlyList<string> devices, CancellationToken cancellationToken) =>
        Endpoint(resource).AllocateAsync(devices, cancellationToken);

    /// <summary>
    /// The kubelet restarts: it forgets its plugins and empties their folder, their sockets
    /// included, before it listens again.
    /// </summary>
    public async Task RestartAsync(CancellationToken cancellationToken)
    {
        await StopAsync();
        await StartAsync(cancellationToken);
    }

    /// <summary>The kubelet ends. What it knew of plugins is gone.</summary>
    public async Task StopAsync()
    {
        await _turn.WaitAsync();
        try
        {
            await EndAsync();
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>The kubelet starts, unless it runs.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (!_disposed && _server is null)
            {
                await BeginAsync(cancellationToken);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _disposed = true;
        await StopAsync();
    }

    private async Task EndAsync()
    {
        if (Interlocked.Exchange(ref _drivers, null) is { } drivers)
        {
            await drivers.DisposeAsync();
        }

        if (_server is not null)
        {
            await _server.DisposeAsync();
            _server = null;
        }

        List<PluginEndpoint> known;
        lock (_gate)
        {
            known = [.. _endpoints.Values, .. _replaced];
            _endpoints.Clear();
            _replaced.Clear();
        }

        foreach (var endpoint in known)
        {
            await endpoint.DisposeAsync();
        }

        foreach (var resource in known.Select(endpoint => endpoint.Registration.Resource).Distinct(StringComparer.Ordinal))
        {
            Changed?.Invoke(this, new KubeletResourceEventArgs(resource));
        }
    }

    private async Task BeginAsync(CancellationToken cancellationToken)
    {
        Empty(PluginFolder);
        Empty(Path.GetDirectoryName(PodResourcesSocket)!);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(this);
        builder.Services.AddGrpc();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.ListenUnixSocket(RegistrationSocket, listen => listen.Protocols = HttpProtocols.Http2);
            kestrel.ListenUnixSocket(PodResourcesSocket, listen => listen.Protocols = HttpProtocols.Http2);
        });
        _server = builder.Build();
        _server.MapGrpcService<RegistrationService>();
        _server.MapGrpcService<PodResourcesService>();
        await _server.StartAsync(cancellationToken);
        var drivers = new KubeletDraManager(_root);
        drivers.Disconnected += (_, lost) => DriverDisconnected?.Invoke(this, lost);
        Volatile.Write(ref _drivers, drivers);
        Started?.Invoke(this, EventArgs.Empty);
    }

    internal void Register(KubeletRegistration registration)
    {
        // Told before the first announcement can come.
        Registered?.Invoke(this, new KubeletResourceEventArgs(registration.Resource));
        lock (_gate)
        {
            _registrations.Add(registration);
            if (_endpoints.Remove(registration.Resource, out var before))
            {
                _replaced.Add(before);
            }

            _endpoints[registration.Resource] = new PluginEndpoint(PluginFolder, registration, OnChanged);
        }
    }

    private PluginEndpoint Endpoint(string resource)
    {
        lock (_gate)
        {
            return _endpoints.GetValueOrDefault(resource)
                ?? throw new PluginCallException($"can't allocate unregistered device {resource}", inner: null);
        }
    }

    private void OnChanged(PluginEndpoint endpoint)
    {
        var resource = endpoint.Registration.Resource;
        lock (_gate)
        {
            // The last one to register serves the resource; what an earlier one still says does not
            // count.
            if (!ReferenceEquals(_endpoints.GetValueOrDefault(resource), endpoint))
            {
                return;
            }

            if (!_announced.TryGetValue(resource, out var lists))
            {
                _announced[resource] = lists = [];
            }

            lists.Add(endpoint.Devices);
        }

        Changed?.Invoke(this, new KubeletResourceEventArgs(resource));
    }

    private static void Empty(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var file in Directory.EnumerateFiles(folder))
        {
            File.Delete(file);
        }
    }
}
