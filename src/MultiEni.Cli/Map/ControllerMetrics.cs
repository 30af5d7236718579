using System.Globalization;
using MultiEni.Api;
using MultiEni.Api.Kubernetes;
using MultiEni.Cli.Cluster;
using MultiEni.Operator.LeaderElection;

namespace MultiEni.Cli.Map;

/// <summary>
/// The metrics of the controller that leads, through the API server: nothing else of the cluster
/// need be reachable, and the user's permissions decide.
/// </summary>
/// <param name="connection">The cluster.</param>
internal sealed class ControllerMetrics(ClusterConnection connection)
{
    private const int DefaultPort = 8080;

    /// <summary>The metrics, in Prometheus' text format.</summary>
    /// <exception cref="InvalidOperationException">No controller leads, or its metrics are off.</exception>
    public async Task<string> ReadAsync(CancellationToken cancellationToken)
    {
        var home = connection.InstallNamespace;
        var lease = await connection.Client.GetAsync(Lease.Resource, new ObjectKey(home, Names.LeaderElectionLease), cancellationToken);
        if (lease?.Spec.HolderIdentity is not { Length: > 0 } leader)
        {
            throw new InvalidOperationException($"no controller holds the Lease {Names.LeaderElectionLease} in the namespace {home}");
        }

        var port = Port(await new InstalledController(connection).SettingAsync("METRICS_ADDR", cancellationToken));
        return await connection.GetTextAsync($"api/v1/namespaces/{home}/pods/{Uri.EscapeDataString(leader)}:{port}/proxy/metrics", cancellationToken);
    }

    private static int Port(string? address) =>
        string.IsNullOrEmpty(address) ? DefaultPort
        : !int.TryParse(address[(address.LastIndexOf(':') + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? DefaultPort
        : port > 0 ? port
        : throw new InvalidOperationException("the controller's METRICS_ADDR is 0, which switches its metrics off");
}
