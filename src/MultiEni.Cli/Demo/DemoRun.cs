using System.Diagnostics;
using System.Runtime.InteropServices;
using MultiEni.Cli.Invocation;
using MultiEni.Cli.Output;
using MultiEni.Operator.Client;

namespace MultiEni.Cli.Demo;

/// <summary>
/// One run of the demo: starts the cluster, runs the steps and reports the result.
/// </summary>
internal static class DemoRun
{
    /// <summary>Exit code if every step succeeded.</summary>
    private const int Succeeded = 0;

    /// <summary>Exit code if a step failed.</summary>
    private const int Failed = 1;

    public static async Task<int> RunAsync(DemoOptions options, CliContext context, CancellationToken cancellationToken)
    {
        var isInteractive = context.OutputIsTerminal && context.Environment("TERM") is not (null or "dumb");
        var screen = new LiveRegion(context.Output, isInteractive ? TerminalSize.OfConsole : null);
        var printer = new DemoPrinter(screen, Paint.For(context), context.Time);
        var folder = Directory.CreateTempSubdirectory("kubectl-eni-demo-").FullName;
        var keepsLogs = true; // They help to analyze an unexpected exception.
        try
        {
            Programs.Check(options.Binaries, AppContext.BaseDirectory);
            var documents = DemoDocuments.Load(options.Manifest);
            await using var guest = options.Kubeconfig is null ? null : await DemoGuest.EnterAsync(options, printer, cancellationToken);
            documents = guest is null ? documents : documents.AsGuest();
            await using var cluster = await DemoCluster.StartAsync(options, folder, cancellationToken);
            // In the user's own cluster Multus is the user's.
            var networks = guest is null ? documents.NetworksNamespace : null;
            var metrics = options.Map ? DemoMap.FreePort() : (int?)null;
            await using var programs = new Programs(cluster, folder, options.Binaries, options.Publisher, networks, metrics);
            await using var map = metrics is { } port ? await DemoMap.StartAsync(cluster, port, context, cancellationToken) : null;
            if (map is not null)
            {
                printer.Heading($"The map is at {map.Address}");
            }

            using var http = KubernetesConnection.Open(KubernetesConfig.Load(cluster.KubeconfigPath, _ => null), "kubectl-eni", TimeProvider.System);
            var scenario = new DemoScenario(cluster, programs, new DemoApi(http), documents, options, printer);
            await scenario.RunAsync(cancellationToken);
            if (map is not null)
            {
                // The map ends with the demo; who watches it sees the last ENI go before that.
                await Task.Delay(DemoMap.LastLook, TimeProvider.System, cancellationToken);
            }

            keepsLogs = false;
            return Succeeded;
        }
        catch (DemoException failed)
        {
            printer.End();
            printer.Log($"FAILED: {failed.Message}");
            if (HasLogs(folder))
            {
                printer.Log($"the programs' logs are in {folder}");
            }

            return Failed;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            printer.End();
            printer.Log("interrupted; all programs were stopped");
            keepsLogs = false;
            return ExitCodes.Interrupted;
        }
        finally
        {
            printer.End();
            if (!keepsLogs || !HasLogs(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
            else
            {
                // They may contain credentials for the user's own cluster.
                foreach (var kubeconfig in Directory.EnumerateFiles(folder, "*kubeconfig*", SearchOption.AllDirectories))
                {
                    File.Delete(kubeconfig);
                }
            }
        }
    }

    private static bool HasLogs(string folder) => Directory.EnumerateFiles(folder, "*.log").Any();
}

/// <summary>The demo failed; the message says why.</summary>
internal sealed class DemoException(string message) : Exception(message);

/// <summary>Options of the demo.</summary>
/// <param name="Nodes">Number of simulated nodes.</param>
/// <param name="Speed">Speed-up of simulated EC2 and nodes over real ones.</param>
/// <param name="Chaos">Kill the controller and the ENI managers at random.</param>
/// <param name="Seed">Random seed of chaos; the same seed makes the same choices.</param>
/// <param name="Keep">Keep everything running once the ENIs are ready.</param>
/// <param name="Manifest">The user's own manifests instead of the built-in ones.</param>
/// <param name="Binaries">
/// Directory with the published binaries; null runs those built together with this program.
/// </param>
/// <param name="Publisher">
/// How devices are advertised to pods: <c>sriov-config</c>, <c>embedded</c> or <c>dra</c>.
/// </param>
/// <param name="Timeout">Timeout per step.</param>
/// <param name="Kubeconfig">Kubeconfig of the user's own cluster; null for a simulated one.</param>
/// <param name="Context">Context in the kubeconfig; null for the current one.</param>
/// <param name="Map">Serve the map of the cluster.</param>
internal sealed record DemoOptions(
    int Nodes,
    double Speed,
    bool Chaos,
    int Seed,
    bool Keep,
    string? Manifest,
    string? Binaries,
    string Publisher,
    TimeSpan Timeout,
    string? Kubeconfig,
    string? Context,
    bool Map
)
{
    /// <summary>The ENI manager's embedded device plugin.</summary>
    public const string Embedded = "embedded";

    /// <summary>The ENI manager's DRA driver.</summary>
    public const string Dra = "dra";

    /// <summary>The SR-IOV device plugin through its file.</summary>
    public const string SriovConfig = "sriov-config";
}

/// <summary>Sends signals to processes; .NET itself only supports SIGKILL.</summary>
internal static partial class Signals
{
    private const int SigTerm = 15;

    /// <summary>Sends SIGTERM.</summary>
    public static void Terminate(Process process)
    {
        if (!process.HasExited)
        {
            _ = Kill(process.Id, SigTerm);
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Kill(int process, int signal);
}
