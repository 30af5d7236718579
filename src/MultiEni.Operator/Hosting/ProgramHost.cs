using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using MultiEni.Operator.Client;
using MultiEni.Operator.Configuration;
using MultiEni.Operator.LeaderElection;
using MultiEni.Operator.Proxies;

namespace MultiEni.Operator.Hosting;

/// <summary>
/// One run of a program in a pod: reads and logs its settings, stops it on SIGTERM and SIGINT, and
/// turns its end into an exit code. Whatever ends it is in the log, in the format of the log.
/// </summary>
public static class ProgramHost
{
    /// <summary>It did its work, or was asked to stop.</summary>
    public const int Success = 0;

    /// <summary>It failed; the kubelet starts it again.</summary>
    public const int Failure = 1;

    /// <summary>A setting or the kubeconfig is invalid: starting again will not help.</summary>
    public const int BadSettings = 2;

    /// <summary>It lost the leadership and must not go on.</summary>
    public const int LeadershipLost = 3;

    /// <summary>Runs a program to its end.</summary>
    /// <typeparam name="T">Its settings.</typeparam>
    /// <param name="program">What runs.</param>
    /// <param name="arguments">Command line, without subcommands.</param>
    /// <param name="environment">Reads an environment variable.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync<T>(HostedProgram<T> program, IReadOnlyList<string> arguments, Func<string, string?> environment)
    {
        ArgumentNullException.ThrowIfNull(program);
        EnvironmentProxy.Install(environment);
        var reader = new SettingsReader(program.Name, arguments, environment);
        using var loggers = program.ReadLogging(reader);
        var logger = loggers.CreateLogger(program.Name);
        try
        {
            var settings = program.ReadSettings(reader);
            if (reader.HelpRequested)
            {
                await Console.Out.WriteLineAsync(reader.Help(program.Summary));
                return Success;
            }

            reader.Finish();
            foreach (var setting in reader.Effective)
            {
                OperatorLog.Setting(logger, setting.Name, setting.Value, setting.Source);
            }

            using var stop = new CancellationTokenSource();
            using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
            using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
            await program.RunAsync(settings, loggers, stop.Token);
            return Success;

            void Stop(PosixSignalContext signal)
            {
                signal.Cancel = true;
                stop.Cancel();
            }
        }
        catch (Exception invalid) when (invalid is SettingsException or KubernetesConfigException)
        {
            OperatorLog.CannotStart(logger, invalid.Message);
            return BadSettings;
        }
        catch (LeadershipLostException lost)
        {
            OperatorLog.EndsWithoutLeadership(logger, lost.Message);
            return LeadershipLost;
        }
        catch (Exception failure)
        {
            OperatorLog.EndsUnexpectedly(logger, failure);
            return Failure;
        }
    }
}

/// <summary>What differs from one program to another.</summary>
/// <typeparam name="T">The settings.</typeparam>
/// <param name="Name">Its name in the help text and as category of its log lines.</param>
/// <param name="Summary">What it is for, in one sentence.</param>
/// <param name="ReadLogging">
/// Reads the log's settings, before all others, so that their errors are logged in the wanted
/// format.
/// </param>
/// <param name="ReadSettings">Reads all other settings.</param>
/// <param name="RunAsync">Runs until it is asked to stop.</param>
public sealed record HostedProgram<T>(
    string Name,
    string Summary,
    Func<SettingsReader, ILoggerFactory> ReadLogging,
    Func<SettingsReader, T> ReadSettings,
    Func<T, ILoggerFactory, CancellationToken, Task> RunAsync
);
