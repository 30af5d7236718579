namespace MultiEni.Scenarios.KubernetesApi;

/// <summary>
/// The simulated API server as a process of its own, with roles and policies in force and the
/// product's resources installed.
/// </summary>
internal sealed class SimulatorProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly DirectoryInfo _state = Directory.CreateTempSubdirectory("multi-eni-simulator-");
    private readonly ChildProcess _process;

    private SimulatorProcess() =>
        _process = ChildProcess.Start(
            "dotnet",
            [
                "exec",
                Path.Combine(AppContext.BaseDirectory, "kubectl-eni.dll"),
                "simulate",
                "kubernetes",
                "--with-crds",
                "--write-kubeconfig",
                KubeconfigPath,
            ]
        );

    public string KubeconfigPath => Path.Combine(_state.FullName, "kubeconfig");

    public static async Task<SimulatorProcess> StartAsync(CancellationToken cancellationToken)
    {
        var simulator = new SimulatorProcess();
        try
        {
            await simulator.UntilReadyAsync(cancellationToken);
            return simulator;
        }
        catch
        {
            await simulator.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _state.Delete(recursive: true);
    }

    // It says so on its output when it listens.
    private async Task UntilReadyAsync(CancellationToken cancellationToken)
    {
        var begin = TimeProvider.System.GetTimestamp();
        while (!_process.LastLines.Contains("Simulated Kubernetes API at", StringComparison.Ordinal))
        {
            if (_process.HasEnded)
            {
                throw new InvalidOperationException(await _process.ObituaryAsync(cancellationToken));
            }

            if (TimeProvider.System.GetElapsedTime(begin) > Patience)
            {
                throw new InvalidOperationException($"the simulated API server is not ready after {Patience.TotalSeconds:0} s: {_process.LastLines}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, cancellationToken);
        }
    }
}
