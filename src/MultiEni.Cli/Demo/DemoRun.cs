using System.Diagnostics;
using System.Runtime.InteropServices;
using MultiEni.Cli.Invocation;
using MultiEni.Cli.Output;
using MultiEni.Operator.Client;

namespace MultiEni.Cli.Demo;

/// <summary>One run of the demo: sets the stage, tells the story, says whether it all held.</summary>
internal static class DemoRun
{
    /// <summary>Exit code when everything held.</summary>
    private const int Held = 0;

    /// <summary>Exit code when something did not.</summary>
    private const int Failed = 1;

    public static async Task<int> RunAsync(DemoOptions options, CliContext surroundings, CancellationToken cancellationToken)
    {
        var moves = surroundings.OutputIsTerminal && surroundings.Environment("TERM") is not (null or "dumb");
        var screen = new LiveRegion(surroundings.Output, moves ? TerminalSize.OfConsole : null);
        var printer = new DemoPrinter(screen, Paint.For(surroundings), surroundings.Time);
        var folder = Directory.CreateTempSubdirectory("kubectl-eni-demo-").FullName;
        var keepsLogs = true; // An exception that nobody expected is understood with them.
        try
        {
            var documents = DemoDocuments.Load(options.Manifest);
            await using var guest = options.Kubeconfig is null ? null : await DemoGuest.EnterAsync(options, printer, cancellationToken);
            documents = guest is null ? documents : documents.AsGuest();
            await using var cluster = await DemoCluster.StartAsync(options, folder, cancellationToken);
            await using var programs = new Programs(cluster, folder, options.Binaries, options.Publisher);
            using var http = KubernetesConnection.Open(KubernetesConfig.Load(cluster.KubeconfigPath, _ => null), "kubectl-eni", TimeProvider.System);
            var story = new DemoStory(cluster, programs, new DemoApi(http), documents, options, printer);
            await story.TellAsync(cancellationToken);
            keepsLogs = false;
            return Held;
        }
        catch (DemoException failed)
        {
            printer.End();
            printer.Happened($"FAILED: {failed.Message}");
            if (HasLogs(folder))
            {
                printer.Happened($"the programs' logs are in {folder}");
            }

            return Failed;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            printer.End();
            printer.Happened("interrupted; everything was ended");
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
                // They may open a cluster of somebody's own.
                foreach (var kubeconfig in Directory.EnumerateFiles(folder, "*kubeconfig*", SearchOption.AllDirectories))
                {
                    File.Delete(kubeconfig);
                }
            }
        }
    }

    private static bool HasLogs(string folder) => Directory.EnumerateFiles(folder, "*.log").Any();
}

/// <summary>The demo cannot go on, or did not end as it should; the message says why.</summary>
internal sealed class DemoException(string message) : Exception(message);

/// <summary>What the user asked of the demo.</summary>
/// <param name="Nodes">Nodes of the simulated cluster.</param>
/// <param name="Speed">How much faster than a real one EC2 and the nodes are.</param>
/// <param name="Chaos">Kill the controller and the ENI managers at random.</param>
/// <param name="Seed">Decides what chaos kills and when; the same seed makes the same choices.</param>
/// <param name="Keep">Leave everything running after the ENIs are ready.</param>
/// <param name="Manifest">The user's own documents in place of the built-in ones.</param>
/// <param name="Binaries">Folder of the published programs; null runs those built together with this one.</param>
/// <param name="Publisher">Who offers devices to pods: <c>sriov-config</c> or <c>embedded</c>.</param>
/// <param name="Timeout">How long one step of the story may take.</param>
/// <param name="Kubeconfig">Of a cluster of the user's, in which the demo is a guest; null for a simulated one.</param>
/// <param name="Context">Its context; null for the current one.</param>
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
    string? Context
)
{
    /// <summary>The ENI manager as a device plugin of its own.</summary>
    public const string Embedded = "embedded";

    /// <summary>The SR-IOV device plugin by its file.</summary>
    public const string SriovConfig = "sriov-config";
}

/// <summary>Signals to processes; .NET itself only knows how to kill.</summary>
internal static partial class Signals
{
    private const int SigTerm = 15;

    /// <summary>Asks a process to end.</summary>
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
