using MultiEni.Cli.Invocation;
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
        if (kubeconfig is not null && Path.Exists(kubeconfig))
        {
            throw new CommandFailedException(
                $"--write-kubeconfig is '{kubeconfig}', which exists; it is not overwritten",
                "name a file that does not exist, or remove it",
                ExitCodes.Usage
            );
        }

        if (kubeconfig is not null && Path.GetDirectoryName(Path.GetFullPath(kubeconfig)) is { } parent && !Directory.Exists(parent))
        {
            throw new CommandFailedException(
                $"--write-kubeconfig is '{kubeconfig}', and there is no folder {parent}",
                "create it first",
                ExitCodes.Usage
            );
        }

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
        var path = kubeconfig ?? Path.Combine(temporary!.FullName, "kubeconfig");
        try
        {
            server.WriteKubeconfig(path);
            await output.WriteLineAsync(
                $"""
                Simulated Kubernetes API at {server.BaseAddress}
                  export KUBECONFIG={Path.GetFullPath(path)}
                Requests without a token act as cluster administrator; --as=USER and --as-group=GROUP act as another user, with the rights that RBAC gives.
                Ctrl-C ends it; its objects and the kubeconfig go with it.
                """
            );
            await Endpoints.UntilInterruptedAsync(cancellationToken);
        }
        finally
        {
            // It names a port at which nobody listens any more.
            File.Delete(path);
            temporary?.Delete(recursive: true);
        }

        return ExitCodes.Fine;
    }
}
