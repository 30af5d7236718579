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
                $"--write-kubeconfig is '{kubeconfig}', which exists and is not overwritten",
                "choose another path, or delete the file",
                ExitCodes.Usage
            );
        }

        if (kubeconfig is not null && Path.GetDirectoryName(Path.GetFullPath(kubeconfig)) is { } parent && !Directory.Exists(parent))
        {
            throw new CommandFailedException(
                $"--write-kubeconfig is '{kubeconfig}', but the directory {parent} does not exist",
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
                                Requests without a token run as cluster administrator; --as=USER and --as-group=GROUP impersonate another user, with that user's RBAC permissions.
                Ctrl-C stops the server and deletes its objects and the kubeconfig.
                """
            );
            await Endpoints.UntilInterruptedAsync(cancellationToken);
        }
        finally
        {
            // The port in it is no longer open.
            File.Delete(path);
            temporary?.Delete(recursive: true);
        }

        return ExitCodes.Fine;
    }
}
