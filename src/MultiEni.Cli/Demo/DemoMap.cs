using System.Net;
using System.Net.Sockets;
using MultiEni.Api;
using MultiEni.Cli.Cluster;
using MultiEni.Cli.Invocation;
using MultiEni.Cli.Map;
using MultiEni.Simulator;

namespace MultiEni.Cli.Demo;

/// <summary>
/// The map of the demo's cluster. Its controller is no pod, so its metrics are read from its port.
/// </summary>
internal sealed class DemoMap : IAsyncDisposable
{
    /// <summary>Long enough for the page to be told of what changed last.</summary>
    public static readonly TimeSpan LastLook = TimeSpan.FromSeconds(2);

    private readonly ClusterConnection _connection;
    private readonly HttpClient _metrics;
    private readonly MapSession _session;

    private DemoMap(ClusterConnection connection, HttpClient metrics, MapSession session)
    {
        _connection = connection;
        _metrics = metrics;
        _session = session;
    }

    /// <summary>The address of the page.</summary>
    public Uri Address => _session.Address;

    /// <summary>Starts it.</summary>
    public static async Task<DemoMap> StartAsync(SimulatedCluster cluster, int metricsPort, CliContext context, CancellationToken cancellationToken)
    {
        var connection = ClusterConnection.Open(cluster.KubeconfigPath, null, Names.Namespace, context);
        var metrics = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{metricsPort}/"), Timeout = TimeSpan.FromSeconds(5) };
        var session = await MapSession.StartAsync(
            connection,
            token => metrics.GetStringAsync(new Uri("metrics", UriKind.Relative), token),
            port: 0,
            context.Time,
            cancellationToken
        );
        return new DemoMap(connection, metrics, session);
    }

    /// <summary>A port that is free now: the controller has to be told one before it starts.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _session.DisposeAsync();
        _metrics.Dispose();
        _connection.Dispose();
    }
}
