using MultiEni.Simulator.Kubernetes;

namespace MultiEni.Cli.Simulate;

/// <summary>A simulated Kubernetes API that runs until it is interrupted.</summary>
internal static class KubernetesEndpoint
{
    public static async Task<int> ServeAsync(
        int port,
        string? kubeconfig,
        bool installsCrds,
        bool isRealistic,
        TextWriter output,
        CancellationToken cancellationToken
    )
    {
        await using var server = await Endpoints.StartAsync(
            port,
            () =>
                KubernetesSimulator.StartAsync(
                    new KubernetesSimulatorOptions
                    {
                        Port = port,
                        EnforcesAccess = true,
                        InstallsProductResources = installsCrds,
                        WatchLag = isRealistic ? WatchLag.Typical : null,
                        Capacity = isRealistic ? ServerCapacity.TwoSharedCores : null,
                    },
                    cancellationToken
                )
        );
        var temporary = kubeconfig is null ? Directory.CreateTempSubdirectory("multi-eni-") : null;
        try
        {
            var path = server.WriteKubeconfig(kubeconfig ?? Path.Combine(temporary!.FullName, "kubeconfig"));
            await output.WriteLineAsync(
                $"""
                Simulated Kubernetes API at {server.BaseAddress}
                  export KUBECONFIG={Path.GetFullPath(path)}
                Its administrator is whoever sends no token; kubectl --as=USER --as-group=GROUP is anybody else, with the rights that RBAC gives.
                Ctrl-C ends it, and all objects are gone.
                """
            );
            await Endpoints.UntilInterruptedAsync(cancellationToken);
        }
        finally
        {
            temporary?.Delete(recursive: true);
        }

        return ExitCodes.Fine;
    }
}
