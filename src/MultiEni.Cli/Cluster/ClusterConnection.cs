using System.CommandLine;
using System.CommandLine.Parsing;
using MultiEni.Api;
using MultiEni.Api.Kubernetes;
using MultiEni.Cli.Invocation;
using MultiEni.Operator.Client;

namespace MultiEni.Cli.Cluster;

/// <summary>A connection to a cluster with the user's own permissions.</summary>
internal sealed class ClusterConnection : IDisposable
{
    // kubectl's chunk size: the API server never holds thousands of objects for one response.
    private readonly HttpClient _http;

    private ClusterConnection(HttpClient http, KubernetesConfig config, string installNamespace, TimeProvider time)
    {
        _http = http;
        Server = config.Server;
        InstallNamespace = installNamespace;
        Client = new KubernetesClient(http, time);
    }

    /// <summary>Address of the API server.</summary>
    public Uri Server { get; }

    /// <summary>Namespace of the controller and the ENI managers.</summary>
    public string InstallNamespace { get; }

    /// <summary>The API client.</summary>
    public KubernetesClient Client { get; }

    /// <summary>Prepares a connection without sending a request.</summary>
    /// <exception cref="KubernetesConfigException">
    /// No usable cluster configuration was found.
    /// </exception>
    public static ClusterConnection Open(string? kubeconfig, string? context, string installNamespace, CliContext cliContext)
    {
        var config = KubernetesConfig.Load(kubeconfig, context, cliContext.Environment);
        return new ClusterConnection(
            KubernetesConnection.Open(config, ProgramName.Value, cliContext.Time),
            config,
            installNamespace,
            cliContext.Time
        );
    }

    /// <summary>Lists all objects of a kind that match the options.</summary>
    public Task<IReadOnlyList<T>> ListAsync<T>(ResourceKind<T> kind, ListOptions options, CancellationToken cancellationToken)
        where T : class, IKubernetesObject => Client.ListAllAsync(kind, options, cancellationToken);

    /// <summary>Lists all objects of a kind in all namespaces.</summary>
    public Task<IReadOnlyList<T>> ListAsync<T>(ResourceKind<T> kind, CancellationToken cancellationToken)
        where T : class, IKubernetesObject => ListAsync(kind, new ListOptions(), cancellationToken);

    /// <summary>Reads a path of the API server that answers in plain text.</summary>
    /// <param name="path">Relative to the server.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <exception cref="HttpRequestException">It was refused, or there was no answer.</exception>
    public async Task<string> GetTextAsync(string path, CancellationToken cancellationToken)
    {
        using var response = await _http.GetAsync(new Uri(path, UriKind.Relative), cancellationToken);
        return response.IsSuccessStatusCode
            ? await response.Content.ReadAsStringAsync(cancellationToken)
            : throw new HttpRequestException($"the API server answers {(int)response.StatusCode} to get {path}");
    }

    public void Dispose() => _http.Dispose();
}

/// <summary>The options that select a cluster, named as in kubectl.</summary>
internal sealed class ClusterOptions
{
    private readonly Option<string?> _kubeconfig = new("--kubeconfig")
    {
        Description = "Path to a kubeconfig.",
        HelpName = "FILE",
        Recursive = true,
    };
    private readonly Option<string?> _context = new("--context")
    {
        Description = "Context in the kubeconfig.",
        HelpName = "NAME",
        Recursive = true,
    };
    private readonly Option<string> _namespace = new("--namespace", "-n")
    {
        Description = "Namespace of the controller and the ENI managers.",
        HelpName = "NAME",
        DefaultValueFactory = _ => Names.Namespace,
        Recursive = true,
    };

    /// <summary>
    /// Adds them to the root command: as in kubectl, they may precede or follow the subcommand.
    /// </summary>
    public void AddTo(RootCommand root)
    {
        root.Add(_kubeconfig);
        root.Add(_context);
        root.Add(_namespace);
    }

    /// <summary>The value of --kubeconfig, or null.</summary>
    public string? Kubeconfig(ParseResult parsed) => parsed.GetValue(_kubeconfig);

    /// <summary>The value of --kubeconfig, or null.</summary>
    public string? Kubeconfig(SymbolResult result) => result.GetValue(_kubeconfig);

    /// <summary>The value of --context, or null.</summary>
    public string? Context(ParseResult parsed) => parsed.GetValue(_context);

    /// <summary>The value of --context, or null.</summary>
    public string? Context(SymbolResult result) => result.GetValue(_context);

    /// <summary>Connects to the selected cluster.</summary>
    public ClusterConnection Connect(ParseResult parsed, CliContext cliContext) =>
        ClusterConnection.Open(parsed.GetValue(_kubeconfig), parsed.GetValue(_context), parsed.GetValue(_namespace)!, cliContext);
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
