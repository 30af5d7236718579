using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MultiEni.Simulator.Kubernetes.Access;
using MultiEni.Simulator.Kubernetes.Http;
using MultiEni.Simulator.Kubernetes.Storage;
using MultiEni.Simulator.Kubernetes.Yaml;

namespace MultiEni.Simulator.Kubernetes;

/// <summary>
/// A Kubernetes API server without a cluster: real clients talk to it unchanged, over plain HTTP on
/// the loopback interface. Nothing schedules or runs; what a kubelet or a controller would do,
/// their simulations do as clients, and tests by hand through <see cref="Store"/>.
/// </summary>
public sealed class KubernetesSimulator : IAsyncDisposable
{
    private const string DefinitionPrefix = "crds/";

    // One without sockets has no address; its clients need some all the same.
    private const string Nowhere = "http://localhost";

    private readonly WebApplication _application;
    private readonly CancellationTokenSource _stopping;

    private KubernetesSimulator(
        WebApplication application,
        ObjectStore store,
        KubernetesFaults faults,
        AccessControl access,
        PodPrograms pods,
        CancellationTokenSource stopping
    )
    {
        Access = access;
        Pods = pods;
        _application = application;
        Store = store;
        Faults = faults;
        _stopping = stopping;
        Server = application.Services.GetRequiredService<IServer>();
        BaseAddress = new($"{Server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? Nowhere}/");
    }

    /// <summary>Where the API is served, such as <c>http://127.0.0.1:41234/</c>.</summary>
    public Uri BaseAddress { get; }

    /// <summary>What serves it; of use only with a server of one's own.</summary>
    public IServer Server { get; }

    /// <summary>The objects, in process.</summary>
    public ObjectStore Store { get; }

    /// <summary>What goes wrong, on demand.</summary>
    public KubernetesFaults Faults { get; }

    /// <summary>Programs that play the parts of pods.</summary>
    public PodPrograms Pods { get; }

    /// <summary>Who may do what.</summary>
    public AccessControl Access { get; }

    /// <summary>Starts a server; it answers when the task completes.</summary>
    public static async Task<KubernetesSimulator> StartAsync(KubernetesSimulatorOptions options, CancellationToken cancellationToken)
    {
        var store = new ObjectStore(options);
        var faults = new KubernetesFaults(store);
        var stopping = new CancellationTokenSource();
        var access = new AccessControl(options, store);
        var pods = new PodPrograms();
        var pipeline = new RequestPipeline(options, store, faults, access, pods, stopping.Token);

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        options.Server?.Invoke(builder.WebHost);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 8 * 1024 * 1024;
            // A debugger or a loaded machine must not make watches fail.
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Listen(IPAddress.Loopback, options.Port, static listen => listen.Protocols = HttpProtocols.Http1);
        });
        var application = builder.Build();
        application.Run(pipeline.HandleAsync);
        await application.StartAsync(cancellationToken);

        var simulator = new KubernetesSimulator(application, store, faults, access, pods, stopping);
        if (options.InstallsProductResources)
        {
            await simulator.InstallCrdsAsync(cancellationToken);
        }

        return simulator;
    }

    /// <summary>
    /// Installs the definitions that the product's chart installs; those already there stay as they
    /// are.
    /// </summary>
    public async Task InstallCrdsAsync(CancellationToken cancellationToken)
    {
        var assembly = typeof(KubernetesSimulator).Assembly;
        foreach (var name in assembly.GetManifestResourceNames().Where(static name => name.StartsWith(DefinitionPrefix, StringComparison.Ordinal)))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!, Encoding.UTF8);
            foreach (var definition in YamlDocuments.Parse(await reader.ReadToEndAsync(cancellationToken)))
            {
                const string resource = "customresourcedefinitions.apiextensions.k8s.io";
                if (Store.Find(resource, definition.Text("metadata", "name") ?? "") is null)
                {
                    Store.Create(resource, definition);
                }
            }
        }
    }

    /// <summary>Writes a kubeconfig with which kubectl talks to this server.</summary>
    /// <param name="path">The file to write.</param>
    /// <param name="token">A bearer token, where the server asks for one.</param>
    /// <returns><paramref name="path"/>.</returns>
    public string WriteKubeconfig(string path, string? token = null)
    {
        // JSON is YAML, and needs no care about quoting.
        var user = token is null ? "{}" : $$"""{"token":"{{token}}"}""";
        File.WriteAllText(
            path,
            $$"""
            {"apiVersion":"v1","kind":"Config","current-context":"simulated",
             "clusters":[{"name":"simulated","cluster":{"server":"{{BaseAddress.ToString().TrimEnd('/')}}"} }],
             "users":[{"name":"simulated","user":{{user}} }],
             "contexts":[{"name":"simulated","context":{"cluster":"simulated","user":"simulated"} }]}
            """
        );
        return path;
    }

    /// <summary>Ends all requests and stops listening.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        Faults.DropWatches();
        await _application.StopAsync(CancellationToken.None);
        await _application.DisposeAsync();
        _stopping.Dispose();
    }
}
