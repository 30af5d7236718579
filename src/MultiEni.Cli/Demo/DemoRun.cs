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
