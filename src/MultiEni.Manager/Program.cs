using MultiEni.Manager;
using MultiEni.Manager.Settings;
using MultiEni.Manager.Setup;
using MultiEni.Operator.Hosting;
using MultiEni.Operator.Logging;

// --debug is the existing controller's name for the log level; LOG_LEVEL is the finer one and wins.
Func<string, string?> environment = name =>
    name == "LOG_LEVEL"
    && string.IsNullOrEmpty(Environment.GetEnvironmentVariable(name))
    && args.Any(argument => argument is "--debug" or "--debug=true" or "-debug")
        ? "debug"
        : Environment.GetEnvironmentVariable(name);
if (args is [SetupCommand.Word, .. var rest])
{
    return await SetupCommand.RunAsync(rest, environment);
}

return await ProgramHost.RunAsync(
    new HostedProgram<ManagerSettings>(
        "eni-manager",
        "Brings up, binds and publishes the ENIs of one node.",
        reader =>
        {
            reader.Boolean("debug", "DEBUG", false, "Log more; LOG_LEVEL is finer");
            return ConsoleLogging.Create(reader, TimeProvider.System);
        },
        reader => ManagerSettings.Read(reader, environment),
        (settings, loggers, stop) => ManagerApp.RunAsync(settings, loggers, TimeProvider.System, stop)
    ),
    args,
    environment
);
