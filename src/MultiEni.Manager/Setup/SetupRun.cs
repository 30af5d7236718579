using System.Diagnostics;
using Microsoft.Extensions.Logging;
using MultiEni.Ipam.Protocol;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Host;
using MultiEni.Manager.Safety;
using MultiEni.Manager.Telemetry;
using MultiEni.Operator.Hosting;
using MultiEni.Operator.Logging;

namespace MultiEni.Manager.Setup;

/// <summary>
/// Sets a host up, or takes that back: observe, decide, act, until nothing is left to do.
/// </summary>
internal sealed class SetupRun(SetupSettings settings, IHostFiles files, ModuleLoader loader, ILogger logger)
{
    /// <summary>Runs.</summary>
    /// <returns>Why it cannot be done; null when it is done.</returns>
    public async Task<Blocker?> RunAsync(CancellationToken cancellationToken)
    {
        var reader = new SetupReader(files);
        var tried = new Dictionary<string, ModuleLoad>(StringComparer.Ordinal);
        Errno? answer = null;
        while (true)
        {
            var facts = await reader.ReadAsync(cancellationToken) with { Tried = tried, SwitchAnswer = answer };
            var step = settings.Undo
                ? NextSetupStep.Undo(facts, SetupRecord.Read(settings.RecordPath).NoIommuSwitchedOnIn)
                : NextSetupStep.Decide(settings, facts);
            switch (step)
            {
                case SetupStep.Load load:
                    tried[load.Module] = await loader.LoadAsync(load.Module, load.Parameters, facts.KernelRelease, cancellationToken);
                    Log.ModuleTried(logger, load.Module, tried[load.Module].ToString());
                    break;
                case SetupStep.Switch { On: var on }:
                    answer = await files.WriteAsync(SysfsPaths.NoIommuMode, on ? "1" : "0", cancellationToken);
                    if (answer == Errno.None)
                    {
                        Note(record => record with { NoIommuSwitchedOnIn = on ? facts.BootId : "" });
                        Log.NoIommuSwitched(logger, on ? "on" : "off");
                    }

                    break;
                case SetupStep.Fail fail:
                    Note(record => record with { Problem = fail.Why.Message, BootId = facts.BootId });
                    return fail.Why;
                case SetupStep.Done done:
                    Note(record => record with { Problem = "", BootId = facts.BootId });
                    Report(done);
                    return null;
                default:
                    throw new UnreachableException($"{step}");
            }
        }
    }

    private void Report(SetupStep.Done done)
    {
        foreach (var line in done.Summary)
        {
            Log.SetUp(logger, line);
        }

        if (done.Warning.Length > 0)
        {
            Log.SetupWarning(logger, done.Warning);
        }
    }

    private void Note(Func<SetupRecord, SetupRecord> change)
    {
        var noted = SetupRecord.Read(settings.RecordPath);
        var next = change(noted);
        if (next == noted)
        {
            return;
        }

        try
        {
            next.Write(settings.RecordPath);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // --undo leaves the mode as it is until the next boot, and the manager says less of
            // what is missing.
            Log.SetupNotNoted(logger, settings.RecordPath, error.Message);
        }
    }
}

/// <summary>
/// <c>eni-manager setup</c>: the init container's job, in the program itself, so that it needs
/// neither a shell nor the internet.
/// </summary>
internal static class SetupCommand
{
    /// <summary>The word by which it is called.</summary>
    public const string Word = "setup";

    /// <summary>Runs it.</summary>
    /// <param name="arguments">What follows the word.</param>
    /// <param name="environment">Reads a variable.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, Func<string, string?> environment)
    {
        Blocker? blocker = null;
        var required = true;
        var code = await ProgramHost.RunAsync(
            new HostedProgram<SetupSettings>(
                $"eni-manager {Word}",
                "Makes a node ready: puts the CNI plugin eni-ipam into its CNI folder, loads the modules of user-space drivers and, where there is no IOMMU and the policy allows it, switches no-IOMMU mode on.",
                reader => ConsoleLogging.Create(reader, TimeProvider.System),
                SetupSettings.Read,
                async (settings, loggers, stop) =>
                {
                    var folders = ModuleLoader.Folders(environment("PATH"));
                    var loader = new ModuleLoader(HostChoice.Root(settings.Host), folders, settings.ModuleLimit, TimeProvider.System);
                    var logger = loggers.CreateLogger("eni-manager");
                    var run = new SetupRun(settings, HostChoice.Open(settings.Host).Files, loader, logger);
                    required = settings.Required;
                    if (settings.Undo)
                    {
                        Log.SetUp(logger, $"{IpamPaths.Plugin} stays in {settings.CniBinPath}: pods that have an address of an ENI need it to end.");
                    }
                    else
                    {
                        new PluginInstallation(settings.CniBinPath, PluginInstallation.BesideThisProgram, settings.RecordPath, logger).Run();
                    }

                    blocker = await run.RunAsync(stop);
                }
            ),
            arguments,
            environment
        );
        if (blocker is not { } why)
        {
            return code;
        }

        await Console.Error.WriteLineAsync(
            required
                ? $"eni-manager setup failed ({why.Reason}): {why.Message}"
                : $"eni-manager setup: no device can be bound on this node ({why.Reason}): {why.Message} ENIs without enableDPDK work all the same."
        );
        return required ? ProgramHost.Failure : ProgramHost.Success;
    }
}
