using System.CommandLine;
using System.CommandLine.Invocation;
using MultiEni.Cli.Cluster;
using MultiEni.Cli.Completion;
using MultiEni.Cli.Demo;
using MultiEni.Cli.Doctor;
using MultiEni.Cli.Explain;
using MultiEni.Cli.Invocation;
using MultiEni.Cli.Map;
using MultiEni.Cli.Plans;
using MultiEni.Cli.Simulate;
using MultiEni.Cli.Status;
using MultiEni.Cli.Sweep;
using MultiEni.Cli.Top;
using MultiEni.Cli.Version;

namespace MultiEni.Cli;

/// <summary>The program: parses the command line, runs a command, explains failures.</summary>
internal static class EniProgram
{
    /// <summary>The exit code; see <see cref="ExitCodes"/>.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, CliContext context, CancellationToken cancellationToken)
    {
        if (arguments is [Completer.Word, ..])
        {
            return await Completer.CompleteAsync([.. arguments.Skip(1)], context, cluster => CreateRoot(context, cluster), cancellationToken);
        }

        // Without arguments, show the help.
        var parsed = CreateRoot(context, new ClusterOptions()).Parse(arguments.Count == 0 ? ["--help"] : arguments);
        var configuration = new InvocationConfiguration
        {
            Output = context.Output,
            Error = context.Error,
            EnableDefaultExceptionHandler = false,

            // After Ctrl-C the demo stops its programs, which have ten seconds to exit,
            // and cleans up the user's cluster.
            ProcessTerminationTimeout = TimeSpan.FromSeconds(60),
        };
        if (parsed.Errors.Count > 0)
        {
            if (parsed.Action is ParseErrorAction action)
            {
                // A page of help would hide the error.
                action.ShowHelp = false;
            }

            await parsed.InvokeAsync(configuration, cancellationToken);
            await context.Error.WriteLineAsync("For usage, run `kubectl eni --help` or `kubectl eni COMMAND --help`.");
            return ExitCodes.Usage;
        }

        try
        {
            return await parsed.InvokeAsync(configuration, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return ExitCodes.Interrupted;
        }
        catch (Exception exception) when (Failures.Explain(exception) is { } failure)
        {
            await context.Error.WriteLineAsync($"error: {failure.Message}");
            if (failure.Remedy is { } remedy)
            {
                await context.Error.WriteLineAsync($"remedy: {remedy}");
            }

            return failure.ExitCode;
        }
    }

    /// <summary>The root of all commands.</summary>
    public static RootCommand CreateRoot(CliContext context, ClusterOptions cluster)
    {
        var root = new RootCommand("Inspect, diagnose and try out extra network interfaces (ENIs) for Kubernetes nodes on EC2.")
        {
            StatusCommand.Create(context, cluster),
            TopCommand.Create(context, cluster),
            DoctorCommand.Create(context, cluster),
            PlanCommand.Create(context, cluster),
            MapCommand.Create(context, cluster),
            ExplainCommand.Create(context),
            SweepCommand.Create(context, cluster),
            VersionCommand.Create(context, cluster),
            CompletionCommand.Create(context),
            DemoCommand.Create(context, cluster),
            SimulateCommand.Create(context),
        };
        cluster.AddTo(root);
        return root;
    }
}
