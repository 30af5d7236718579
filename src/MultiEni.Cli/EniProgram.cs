using System.CommandLine;
using System.CommandLine.Invocation;
using MultiEni.Cli.Cluster;
using MultiEni.Cli.Completion;
using MultiEni.Cli.Demo;
using MultiEni.Cli.Doctor;
using MultiEni.Cli.Explain;
using MultiEni.Cli.Simulate;
using MultiEni.Cli.Status;
using MultiEni.Cli.Sweep;
using MultiEni.Cli.Version;

namespace MultiEni.Cli;

/// <summary>The program: parses the command line, runs a command, explains failures.</summary>
internal static class EniProgram
{
    /// <summary>The exit code; see <see cref="ExitCodes"/>.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, CliContext surroundings, CancellationToken cancellationToken)
    {
        if (arguments is [Completer.Word, ..])
        {
            return await Completer.CompleteAsync([.. arguments.Skip(1)], surroundings, cancellationToken);
        }

        // Somebody who types the name alone wants to know what there is.
        var parsed = CreateRoot(surroundings, new ClusterOptions()).Parse(arguments.Count == 0 ? ["--help"] : arguments);
        var configuration = new InvocationConfiguration
        {
            Output = surroundings.Output,
            Error = surroundings.Error,
            EnableDefaultExceptionHandler = false,

            // After Ctrl-C the demo ends its programs, which have ten seconds to do so, and leaves the cluster that it was a guest in.
            ProcessTerminationTimeout = TimeSpan.FromSeconds(60),
        };
        if (parsed.Errors.Count > 0)
        {
            if (parsed.Action is ParseErrorAction action)
            {
                // A page of help would hide the line that says what is wrong.
                action.ShowHelp = false;
            }

            await parsed.InvokeAsync(configuration, cancellationToken);
            await surroundings.Error.WriteLineAsync("`kubectl eni --help` and `kubectl eni COMMAND --help` say what there is.");
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
            await surroundings.Error.WriteLineAsync($"error: {failure.Message}");
            if (failure.Remedy is { } remedy)
            {
                await surroundings.Error.WriteLineAsync($"remedy: {remedy}");
            }

            return failure.ExitCode;
        }
    }

    /// <summary>The root of all commands.</summary>
    public static RootCommand CreateRoot(CliContext surroundings, ClusterOptions cluster)
    {
        var root = new RootCommand("Extra network interfaces for Kubernetes nodes on EC2: see, check and try them.")
        {
            StatusCommand.Create(surroundings, cluster),
            DoctorCommand.Create(surroundings, cluster),
            ExplainCommand.Create(surroundings),
            SweepCommand.Create(surroundings, cluster),
            VersionCommand.Create(surroundings, cluster),
            CompletionCommand.Create(surroundings),
            DemoCommand.Create(surroundings, cluster),
            SimulateCommand.Create(surroundings),
        };
        cluster.AddTo(root);
        return root;
    }
}
