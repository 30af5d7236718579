using Microsoft.Extensions.Logging;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Host;
using MultiEni.Manager.Safety;

namespace MultiEni.Manager.Setup;

/// <summary>Sets a host up, or takes that back: observe, decide, act, until nothing is left to do.</summary>
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
            // --undo leaves the mode as it is until the next boot, and the manager says less of what is missing.
            Log.SetupNotNoted(logger, settings.RecordPath, error.Message);
        }
    }
}
