using MultiEni.Simulator.Kubernetes;

namespace MultiEni.Scenarios.KubernetesApi;

/// <summary>The API server that the environment asks for, running.</summary>
internal sealed class ChosenKubernetesApi : IAsyncDisposable
{
    private readonly IAsyncDisposable _server;
    private readonly DirectoryInfo? _folder;

    private ChosenKubernetesApi(IAsyncDisposable server, string kubeconfigPath, DirectoryInfo? folder)
    {
        _server = server;
        _folder = folder;
        KubeconfigPath = kubeconfigPath;
    }

    public string KubeconfigPath { get; }

    /// <summary>
    /// The API server for a whole cluster, or null for the simulated one that a simulated cluster
    /// has in the same process.
    /// </summary>
    /// <param name="wanted">Which one; null for the environment's choice.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<ChosenKubernetesApi?> ForClusterAsync(KubernetesApiChoice? wanted, CancellationToken cancellationToken)
    {
        var choice = wanted ?? KubernetesApiChoice.From(Environment.GetEnvironmentVariable, File.Exists);
        return choice is KubernetesApiChoice.Simulator ? null : await StartAsync(choice, TimeProvider.System, cancellationToken);
    }

    public static async Task<ChosenKubernetesApi> StartAsync(KubernetesApiChoice choice, TimeProvider time, CancellationToken cancellationToken)
    {
        switch (choice)
        {
            case KubernetesApiChoice.RealServer real:
                var started = await RealApiServer.StartAsync(real.Folder, cancellationToken);
                return new ChosenKubernetesApi(started, started.KubeconfigPath, folder: null);
            case KubernetesApiChoice.SimulatorProcess:
                var process = await SimulatorProcess.StartAsync(cancellationToken);
                return new ChosenKubernetesApi(process, process.KubeconfigPath, folder: null);
            case KubernetesApiChoice.Unusable unusable:
                throw new InvalidOperationException(unusable.Message);
            default:
                var simulator = await KubernetesSimulator.StartAsync(new KubernetesSimulatorOptions { TimeProvider = time }, cancellationToken);
                var temporary = Directory.CreateTempSubdirectory("multi-eni-story-");
                return new ChosenKubernetesApi(simulator, simulator.WriteKubeconfig(Path.Combine(temporary.FullName, "kubeconfig")), temporary);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder?.Delete(recursive: true);
    }
}
