using MultiEni.Api.Kubernetes;
using MultiEni.Operator.Client;

namespace MultiEni.Cli.Cluster;

/// <summary>The way to a cluster, with the user's own permissions.</summary>
internal sealed class ClusterConnection : IDisposable
{
    // As kubectl does: a list of thousands comes in pages that no server has to hold at once.
    private const int PageSize = 500;

    private readonly HttpClient _http;

    private ClusterConnection(HttpClient http, KubernetesConfig config, string home, TimeProvider time)
    {
        _http = http;
        Server = config.Server;
        Home = home;
        Client = new KubernetesClient(http, time);
    }

    /// <summary>Address of the API server.</summary>
    public Uri Server { get; }

    /// <summary>Namespace of the controller and the ENI managers.</summary>
    public string Home { get; }

    /// <summary>The verbs of the API.</summary>
    public KubernetesClient Client { get; }

    /// <summary>Prepares a connection; nothing is sent yet.</summary>
    /// <exception cref="KubernetesConfigException">There is no such cluster.</exception>
    public static ClusterConnection Open(string? kubeconfig, string? context, string home, CliContext surroundings)
    {
        var config = KubernetesConfig.Load(kubeconfig, context, surroundings.Environment);
        return new ClusterConnection(KubernetesConnection.Open(config, ProgramName.Value, surroundings.Time), config, home, surroundings.Time);
    }

    /// <summary>All objects of a kind.</summary>
    public async Task<IReadOnlyList<T>> ListAsync<T>(ResourceKind<T> kind, ListOptions options, CancellationToken cancellationToken)
        where T : class, IKubernetesObject
    {
        var all = new List<T>();
        string? next = null;
        do
        {
            var page = await Client.ListAsync(kind, options with { Limit = PageSize, Continue = next }, cancellationToken);
            all.AddRange(page.Items);
            next = page.Metadata.Continue;
        } while (!string.IsNullOrEmpty(next));
        return all;
    }

    /// <summary>All objects of a kind, everywhere.</summary>
    public Task<IReadOnlyList<T>> ListAsync<T>(ResourceKind<T> kind, CancellationToken cancellationToken)
        where T : class, IKubernetesObject => ListAsync(kind, new ListOptions(), cancellationToken);

    public void Dispose() => _http.Dispose();
}
