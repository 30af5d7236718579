using System.CommandLine;
using System.CommandLine.Parsing;
using MultiEni.Api;
using MultiEni.Api.Kubernetes;
using MultiEni.Cli.Invocation;
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

/// <summary>The options by which a user chooses a cluster, with kubectl's names.</summary>
internal sealed class ClusterOptions
{
    private readonly Option<string?> _kubeconfig = new("--kubeconfig")
    {
        Description = "Path of a kubeconfig.",
        HelpName = "FILE",
        Recursive = true,
    };
    private readonly Option<string?> _context = new("--context")
    {
        Description = "Context of the kubeconfig.",
        HelpName = "NAME",
        Recursive = true,
    };
    private readonly Option<string> _home = new("--namespace", "-n")
    {
        Description = "Namespace of the controller and the ENI managers.",
        HelpName = "NAME",
        DefaultValueFactory = _ => Names.Namespace,
        Recursive = true,
    };

    /// <summary>Adds them to the program: they may stand before the command and after it, as with kubectl.</summary>
    public void AddTo(RootCommand root)
    {
        root.Add(_kubeconfig);
        root.Add(_context);
        root.Add(_home);
    }

    /// <summary>The file that the user named, or null.</summary>
    public string? Kubeconfig(ParseResult parsed) => parsed.GetValue(_kubeconfig);

    /// <summary>The file that the user named, or null.</summary>
    public string? Kubeconfig(SymbolResult result) => result.GetValue(_kubeconfig);

    /// <summary>The context that the user named, or null.</summary>
    public string? Context(ParseResult parsed) => parsed.GetValue(_context);

    /// <summary>The context that the user named, or null.</summary>
    public string? Context(SymbolResult result) => result.GetValue(_context);

    /// <summary>What the user chose.</summary>
    public ClusterConnection Connect(ParseResult parsed, CliContext surroundings) =>
        ClusterConnection.Open(parsed.GetValue(_kubeconfig), parsed.GetValue(_context), parsed.GetValue(_home)!, surroundings);
}

/// <summary>A Namespace, of which only the labels are read.</summary>
internal sealed record ClusterNamespace : IKubernetesObject
{
    /// <inheritdoc />
    public string? ApiVersion { get; set; }

    /// <inheritdoc />
    public string? Kind { get; set; }

    /// <inheritdoc />
    public ObjectMeta Metadata { get; set; } = new();
}
