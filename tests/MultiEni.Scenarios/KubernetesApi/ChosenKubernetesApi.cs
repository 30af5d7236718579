using MultiEni.Simulator.Kubernetes;

namespace MultiEni.Scenarios.KubernetesApi;

/// <summary>The API server that the environment asks for, running.</summary>
internal sealed class ChosenKubernetesApi : IAsyncDisposable
{
    private readonly IAsyncDisposable server;
    private readonly DirectoryInfo? folder;

    private ChosenKubernetesApi(IAsyncDisposable server, string kubeconfigPath, DirectoryInfo? folder)
    {
        this.server = server;
        this.folder = folder;
        KubeconfigPath = kubeconfigPath;
    }

    public string KubeconfigPath { get; }

    public static async Task<ChosenKubernetesApi> StartAsync(KubernetesApiChoice choice, TimeProvider time, CancellationToken cancellationToken)
    {
        switch (choice)
        {
            case KubernetesApiChoice.RealServer real:
                var started = await RealApiServer.StartAsync(real.Folder, cancellationToken);
                return new ChosenKubernetesApi(started, started.KubeconfigPath, folder: null);
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
        await server.DisposeAsync();
        folder?.Delete(recursive: true);
    }
}
