using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MultiEni.Simulator.Nodes;

/// <summary>
/// All simulated nodes of a cluster behind one HTTP server on loopback, which speaks the wire
/// protocol of a simulated host.
/// </summary>
public sealed class SimulatedHosts : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, SimulatedHost> _byName = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, SimulatedHost> _byInstance = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stopping = new();
    private readonly WebApplication _server;

    private SimulatedHosts(WebApplication server) => _server = server;

    /// <summary>Where the server listens, <c>http://127.0.0.1:PORT/</c>.</summary>
    public Uri Address { get; private set; } = new("http://127.0.0.1/");

    /// <summary>All nodes that were not terminated.</summary>
    public IReadOnlyCollection<SimulatedHost> All => [.. _byName.Values];

    /// <summary>A node by its name.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public SimulatedHost this[string node] =>
        _byName.TryGetValue(node, out var host) ? host : throw new KeyNotFoundException($"There is no node {node}.");

    /// <summary>What serves it; of use only with a server of one's own.</summary>
    public IServer Server => _server.Services.GetRequiredService<IServer>();

    /// <summary>Starts the server on a free port.</summary>
    public static Task<SimulatedHosts> StartAsync(CancellationToken cancellationToken) => StartAsync(_ => { }, cancellationToken);

    /// <summary>Starts the server with changes of how it is reached.</summary>
    public static async Task<SimulatedHosts> StartAsync(Action<IWebHostBuilder> change, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(change);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.Services.AddLogging(logging => logging.ClearProviders());
        builder.Services.Configure<KestrelServerOptions>(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0));
        change(builder.WebHost);
        var application = builder.Build();
        var hosts = new SimulatedHosts(application);
        application.Run(hosts.AnswerAsync);
        await application.StartAsync(cancellationToken);
        // One without sockets has no address; its clients need some all the same.
        hosts.Address = application.Urls.FirstOrDefault() is { } address ? new Uri(address) : hosts.Address;
        return hosts;
    }

    /// <summary>
    /// Base address of one node's protocol, the value of <c>ENI_MANAGER_HOST</c>.
    /// </summary>
    public Uri HostUri(string node) => new(Address, $"hosts/{Uri.EscapeDataString(node)}");

    /// <summary>Adds a node.</summary>
    public void Add(SimulatedHost host)
    {
        if (!_byName.TryAdd(host.Name, host))
        {
            throw new InvalidOperationException($"There is a node {host.Name} already.");
        }

        _byInstance[host.InstanceId] = host;
    }

    /// <summary>The node of an EC2 instance, or null.</summary>
    public SimulatedHost? OfInstance(string instanceId) => _byInstance.GetValueOrDefault(instanceId);

    /// <summary>Terminates a node's machine: requests for it get status 404 from now on.</summary>
    public void Remove(string instanceId)
    {
        if (_byInstance.TryRemove(instanceId, out var host))
        {
            _byName.TryRemove(new KeyValuePair<string, SimulatedHost>(host.Name, host));
            host.Dispose();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        foreach (var instance in _byInstance.Keys)
        {
            Remove(instance);
        }

        await _server.DisposeAsync();
        _stopping.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var parts = (context.Request.Path.Value ?? "").Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts is not ["hosts", var name, .. var operation] || !_byName.TryGetValue(name, out var host))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        if (!host.Up)
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return;
        }

        try
        {
            await new HostRequest(context, host, _stopping.Token).AnswerAsync(operation);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested || context.RequestAborted.IsCancellationRequested)
        {
            context.Features.Get<IHttpRequestLifetimeFeature>()?.Abort();
        }
    }
}
