using System.Runtime.InteropServices;
using MultiEni.Manager;
using MultiEni.Manager.Settings;
using MultiEni.Manager.Setup;
using MultiEni.Manager.Telemetry;
using MultiEni.Operator.Client;
using MultiEni.Operator.Configuration;
using MultiEni.Operator.Logging;
using MultiEni.Operator.Proxies;

const int Success = 0;
const int Failure = 1;
const int BadSettings = 2;

// --debug is the existing controller's name for the log level; LOG_LEVEL is the finer one and wins.
Func<string, string?> environment = name =>
    name == "LOG_LEVEL"
    && string.IsNullOrEmpty(Environment.GetEnvironmentVariable(name))
    && args.Any(argument => argument is "--debug" or "--debug=true" or "-debug")
        ? "debug"
        : Environment.GetEnvironmentVariable(name);
try
{
    if (args is [SetupCommand.Word, .. var rest])
    {
        return await SetupCommand.RunAsync(rest, environment, CancellationToken.None);
    }

    EnvironmentProxy.Install(environment);
    var reader = new SettingsReader("eni-manager", args, environment);
    reader.Boolean("debug", "DEBUG", false, "Log more; LOG_LEVEL is finer");
    using var loggers = ConsoleLogging.Create(reader, TimeProvider.System);
    var settings = ManagerSettings.Read(reader, environment);
    if (reader.HelpRequested)
    {
        await Console.Out.WriteLineAsync(reader.Help("Brings up, binds and publishes the ENIs of one node."));
        return Success;
    }

    reader.Finish();
    var logger = loggers.CreateLogger("eni-manager");
    foreach (var setting in reader.Effective)
    {
        Log.Setting(logger, setting.Name, setting.Value, setting.Source);
    }

    using var stop = new CancellationTokenSource();
    using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
    using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
    await ManagerApp.RunAsync(settings, loggers, TimeProvider.System, stop.Token);
    return Success;

    void Stop(PosixSignalContext context)
    {
        context.Cancel = true;
        stop.Cancel();
    }
}
catch (Exception error) when (error is SettingsException or KubernetesConfigException)
{
    await Console.Error.WriteLineAsync(error.Message);
    return BadSettings;
}
catch (Exception error)
{
    // The pod is started again; what it needs is one line that says why.
    await Console.Error.WriteLineAsync($"eni-manager ends: {error.Message}");
    return Failure;
}
