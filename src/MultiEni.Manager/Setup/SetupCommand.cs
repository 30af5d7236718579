using MultiEni.Manager.Host;
using MultiEni.Operator.Configuration;
using MultiEni.Operator.Logging;

namespace MultiEni.Manager.Setup;

/// <summary><c>eni-manager setup</c>: the init container's job, in the program itself, so that it needs neither a shell nor the internet.</summary>
internal static class SetupCommand
{
    /// <summary>The word by which it is called.</summary>
    public const string Word = "setup";

    /// <summary>Runs it.</summary>
    /// <param name="arguments">What follows the word.</param>
    /// <param name="environment">Reads a variable.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The exit status.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, Func<string, string?> environment, CancellationToken cancellationToken)
    {
        var reader = new SettingsReader($"eni-manager {Word}", arguments, environment);
        using var loggers = ConsoleLogging.Create(reader, TimeProvider.System);
        var settings = SetupSettings.Read(reader);
        if (reader.HelpRequested)
        {
            await Console.Out.WriteLineAsync(
                reader.Help(
                    "Makes a node ready for user-space drivers: loads their modules and, where there is no IOMMU and the policy allows it, switches no-IOMMU mode on."
                )
            );
            return 0;
        }

        reader.Finish();
        var loader = new ModuleLoader(
            HostChoice.Root(settings.Host),
            ModuleLoader.Folders(environment("PATH")),
            settings.ModuleLimit,
            TimeProvider.System
        );
        var run = new SetupRun(settings, HostChoice.Open(settings.Host).Files, loader, loggers.CreateLogger("eni-manager"));
        if (await run.RunAsync(cancellationToken) is not { } why)
        {
            return 0;
        }

        await Console.Error.WriteLineAsync(
            settings.Required
                ? $"eni-manager setup failed ({why.Reason}): {why.Message}"
                : $"eni-manager setup: no device can be bound on this node ({why.Reason}): {why.Message} ENIs without enableDPDK work all the same."
        );
        return settings.Required ? 1 : 0;
    }
}
