using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MultiEni.Simulator.Nodes.Kubelets;

/// <summary>
/// The kubelet's side of the device plugin API and of the pod resources API, on Unix sockets: plugins register, announce devices and are asked
/// for them as by a real kubelet. Safe to use from any thread.
/// </summary>
public sealed class KubeletDeviceManager : IAsyncDisposable
{
    private readonly string root;
    private readonly Lock gate = new();
    private readonly Dictionary<string, PluginEndpoint> endpoints = new(StringComparer.Ordinal);
    private readonly List<PluginEndpoint> replaced = [];
    private readonly List<KubeletRegistration> registrations = [];
    private readonly Dictionary<string, List<IReadOnlyList<KubeletDevice>>> announced = new(StringComparer.Ordinal);
    private Func<IReadOnlyList<KubeletPodDevices>> podDevices = () => [];
    private readonly SemaphoreSlim turn = new(1, 1);
    private volatile bool disposed;
    private WebApplication? server;

    private KubeletDeviceManager(string root) => this.root = root;

    /// <summary>The folder below which the sockets are, in place of <c>/var/lib/kubelet</c>.</summary>
    public string Root => root;

    /// <summary>The folder with <c>kubelet.sock</c> and the sockets of plugins.</summary>
    public string PluginFolder => Path.Combine(root, "device-plugins");

    /// <summary>The socket of the pod resources API.</summary>
    public string PodResourcesSocket => Path.Combine(root, "pod-resources", "kubelet.sock");

    /// <summary>The socket at which plugins register.</summary>
    public string RegistrationSocket => Path.Combine(PluginFolder, "kubelet.sock");

    /// <summary>Devices of pods, as the pod resources API tells them.</summary>
    public Func<IReadOnlyList<KubeletPodDevices>> PodDevices
    {
        get => Volatile.Read(ref podDevices);
        set => Volatile.Write(ref podDevices, value);
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
            lock (gate)
            {
                return [.. endpoints.Keys.Order(StringComparer.Ordinal)];
            }
        }
    }

    /// <summary>All registrations ever, oldest first, also those before a restart.</summary>
    public IReadOnlyList<KubeletRegistration> Registrations
    {
        get
        {
            lock (gate)
            {
                return [.. registrations];
            }
        }
    }

    /// <summary>Starts a kubelet's sockets below a folder such as <c>/var/lib/kubelet</c>.</summary>
    public static async Task<KubeletDeviceManager> StartAsync(string root, CancellationToken cancellationToken)
    {
        var manager = new KubeletDeviceManager(root);
        await manager.StartAsync(cancellationToken);
        return manager;
    }

    /// <summary>Devices of a resource at this moment; empty when its plugin is dead or unknown.</summary>
    public IReadOnlyList<KubeletDevice> Devices(string resource)
    {
        lock (gate)
        {
            return endpoints.TryGetValue(resource, out var endpoint) ? endpoint.Devices : [];
        }
    }

    /// <summary>Everything that plugins of a resource ever announced, oldest first.</summary>
    public IReadOnlyList<IReadOnlyList<KubeletDevice>> Announced(string resource)
    {
        lock (gate)
        {
            return announced.TryGetValue(resource, out var lists) ? [.. lists] : [];
        }
    }

    /// <summary>Picks devices out of those that are free, by the plugin's preference if it has one.</summary>
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

    /// <summary>The kubelet restarts: it forgets its plugins and empties their folder, their sockets included, before it listens again.</summary>
    public async Task RestartAsync(CancellationToken cancellationToken)
    {
        await StopAsync();
        await StartAsync(cancellationToken);
    }

    /// <summary>The kubelet ends. What it knew of plugins is gone.</summary>
    public async Task StopAsync()
    {
        await turn.WaitAsync();
        try
        {
            await EndAsync();
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>The kubelet starts, unless it runs.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            if (!disposed && server is null)
            {
                await BeginAsync(cancellationToken);
            }
        }
        finally
        {
            turn.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        disposed = true;
        await StopAsync();
    }

    private async Task EndAsync()
    {
        if (server is not null)
        {
            await server.DisposeAsync();
            server = null;
        }

        List<PluginEndpoint> known;
        lock (gate)
        {
            known = [.. endpoints.Values, .. replaced];
            endpoints.Clear();
            replaced.Clear();
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
        server = builder.Build();
        server.MapGrpcService<RegistrationService>();
        server.MapGrpcService<PodResourcesService>();
        await server.StartAsync(cancellationToken);
    }

    internal void Register(KubeletRegistration registration)
    {
        // Told before the first announcement can come.
        Registered?.Invoke(this, new KubeletResourceEventArgs(registration.Resource));
        lock (gate)
        {
            registrations.Add(registration);
            if (endpoints.Remove(registration.Resource, out var before))
            {
                replaced.Add(before);
            }

            endpoints[registration.Resource] = new PluginEndpoint(PluginFolder, registration, OnChanged);
        }
    }

    private PluginEndpoint Endpoint(string resource)
    {
        lock (gate)
        {
            return endpoints.GetValueOrDefault(resource)
                ?? throw new PluginCallException($"can't allocate unregistered device {resource}", inner: null);
        }
    }

    private void OnChanged(PluginEndpoint endpoint)
    {
        var resource = endpoint.Registration.Resource;
        lock (gate)
        {
            // The last one to register serves the resource; what an earlier one still says does not count.
            if (!ReferenceEquals(endpoints.GetValueOrDefault(resource), endpoint))
            {
                return;
            }

            if (!announced.TryGetValue(resource, out var lists))
            {
                announced[resource] = lists = [];
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
