using Spectre.Console;

namespace MultiEni.Cli.Demo;

/// <summary>One run of the demo: sets the stage, tells the story, says whether it all held.</summary>
internal static class DemoRun
{
    /// <summary>Exit code when everything held.</summary>
    private const int Held = 0;

    /// <summary>Exit code when something did not.</summary>
    private const int Failed = 1;

    public static async Task<int> RunAsync(DemoOptions options, TextWriter output, CancellationToken cancellationToken)
    {
        var interactive = AnsiConsole.Profile.Capabilities.Interactive && !Console.IsOutputRedirected;
        if (!interactive)
        {
            return await TellAsync(options, new Teller(output.WriteLine, TimeProvider.System), _ => { }, cancellationToken);
        }

        var teller = new Teller(line => AnsiConsole.Console.WriteLine(line), TimeProvider.System);
        return await AnsiConsole
            .Live(Text.Empty)
            .AutoClear(true)
            .StartAsync(live => TellAsync(options, teller, live.UpdateTarget, cancellationToken));
    }

    private static async Task<int> TellAsync(
        DemoOptions options,
        Teller teller,
        Action<Spectre.Console.Rendering.IRenderable> show,
        CancellationToken cancellationToken
    )
    {
        var folder = Directory.CreateTempSubdirectory("kubectl-eni-demo-").FullName;
        var held = false; // What happened need not be looked into: nothing is kept.
        try
        {
            var documents = DemoDocuments.Load(options.Manifest);
            await using var cluster = await DemoCluster.StartAsync(options, folder, cancellationToken);
            await using var programs = new Programs(cluster, folder, options.Binaries, options.Publisher);
            using var http = new HttpClient { BaseAddress = cluster.Kubernetes.BaseAddress };
            var story = new DemoStory(cluster, programs, new DemoApi(http), documents, options, teller, show);
            await story.TellAsync(cancellationToken);
            held = true;
            return Held;
        }
        catch (DemoException failed)
        {
            teller.Happened($"FAILED: {failed.Message}");
            if (Directory.EnumerateFiles(folder, "*.log").Any())
            {
                teller.Happened($"the programs' logs are in {folder}");
            }
            else
            {
                held = true;
            }

            return Failed;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            teller.Happened("interrupted; everything was ended");
            held = true;
            return ExitCodes.Interrupted;
        }
        finally
        {
            if (held)
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }
}
