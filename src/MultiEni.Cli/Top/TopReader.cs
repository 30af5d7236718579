using System.Collections.Concurrent;
using MultiEni.Cli.Cluster;
using MultiEni.Operator.Client;

namespace MultiEni.Cli.Top;

/// <summary>
/// Scrapes ENI managers twice, through the API server and with the user's own permissions.
/// </summary>
internal sealed class TopReader(ClusterConnection connection, TimeProvider time)
{
    private const int DefaultPort = 8081;
    private const string PortName = "metrics";

    // As many as leave an API server time for others.
    private const int MostAtOnce = 16;

    /// <summary>Reads the rates, in no particular order.</summary>
    /// <param name="managers">The pods to ask.</param>
    /// <param name="interval">Time between the two scrapes.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="KubernetesApiException">The user may not ask pods.</exception>
    public async Task<TopReport> ReadAsync(IReadOnlyList<ClusterPod> managers, TimeSpan interval, CancellationToken cancellationToken)
    {
        var unreachable = new ConcurrentBag<UnreachableManager>();
        var first = await ScrapeAsync(managers, unreachable, cancellationToken);
        if (!first.IsEmpty)
        {
            await Task.Delay(interval, time, cancellationToken);
        }

        var second = await ScrapeAsync([.. first.Keys], unreachable, cancellationToken);
        var enis = second.SelectMany(scrape =>
            EniRates.Of(first[scrape.Key].Samples, scrape.Value.Samples, time.GetElapsedTime(first[scrape.Key].Time, scrape.Value.Time))
        );
        return new TopReport(interval.TotalSeconds, [.. enis], [.. unreachable.OrderBy(manager => manager.Node, StringComparer.Ordinal)]);
    }

    private async Task<ConcurrentDictionary<ClusterPod, Scrape>> ScrapeAsync(
        IReadOnlyList<ClusterPod> managers,
        ConcurrentBag<UnreachableManager> unreachable,
        CancellationToken cancellationToken
    )
    {
        var scrapes = new ConcurrentDictionary<ClusterPod, Scrape>(ReferenceEqualityComparer.Instance);
        await Parallel.ForEachAsync(
            managers,
            new ParallelOptions { MaxDegreeOfParallelism = MostAtOnce, CancellationToken = cancellationToken },
            async (manager, token) =>
            {
                try
                {
                    scrapes[manager] = await ScrapeAsync(manager, token);
                }
                catch (KubernetesApiException error) when (!error.IsForbidden && error.StatusCode != 401)
                {
                    unreachable.Add(new UnreachableManager(manager.Spec.NodeName ?? manager.Metadata.Name, error.Message));
                }
            }
        );
        return scrapes;
    }

    private async Task<Scrape> ScrapeAsync(ClusterPod manager, CancellationToken cancellationToken)
    {
        var port = (manager.Spec.Containers ?? [])
            .SelectMany(container => container.Ports ?? [])
            .FirstOrDefault(port => port.Name == PortName)
            ?.ContainerPort;
        var path = $"/api/v1/namespaces/{manager.Metadata.Namespace}/pods/{manager.Metadata.Name}:{port ?? DefaultPort}/proxy/metrics";
        var text = await connection.Client.GetTextAsync($"get pods/proxy {manager.Metadata.Name}", path, cancellationToken);
        // The manager reads its counters while it is asked, so its answer is the closer moment.
        return new Scrape(time.GetTimestamp(), MetricsText.Parse(text, EniRates.Needs));
    }

    private sealed record Scrape(long Time, IReadOnlyList<MetricSample> Samples);
}
