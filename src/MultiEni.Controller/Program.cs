using System.Runtime.InteropServices;
using MultiEni.Controller;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.Telemetry;
using MultiEni.Operator.Client;
using MultiEni.Operator.Configuration;
using MultiEni.Operator.LeaderElection;
using MultiEni.Operator.Proxies;

EnvironmentProxy.Install(Environment.GetEnvironmentVariable);
var reader = new SettingsReader("eni-controller", args, Environment.GetEnvironmentVariable);
var loggers = ControllerSettings.ReadLogging(reader, TimeProvider.System);
var settings = ControllerSettings.Read(reader);
if (reader.HelpRequested)
{
    Console.WriteLine(reader.Help("Gives Kubernetes nodes on EC2 the network interfaces that NodeENI resources ask for."));
    return 0;
}

using var stop = new CancellationTokenSource();
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
var logger = loggers.CreateLogger("MultiEni.Controller");
try
{
    reader.Finish();
    var kubernetes = KubernetesConfig.Load(settings.Kubeconfig, Environment.GetEnvironmentVariable);
    var ec2 = Ec2ClientOptions.FromEnvironment(Environment.GetEnvironmentVariable);
    ec2 = settings.Region.Length > 0 ? ec2 with { Region = settings.Region } : ec2;
    foreach (var setting in reader.Effective)
    {
        ControllerLog.Setting(logger, setting.Name, setting.Value, setting.Source);
    }

    foreach (var warning in settings.Warnings)
    {
        ControllerLog.SettingWithoutEffect(logger, warning);
    }

    await new ControllerApp(settings, kubernetes, ec2, loggers, TimeProvider.System).RunAsync(stop.Token);
    return 0;
}
catch (Exception bad) when (bad is SettingsException or KubernetesConfigException)
{
    ControllerLog.CannotStart(logger, bad.Message);
    return 2;
}
catch (LeadershipLostException lost)
{
    ControllerLog.LeadershipLost(logger, lost.Message);
    return 3;
}
catch (Exception bug)
{
    ControllerLog.Failed(logger, bug);
    return 1;
}
finally
{
    loggers.Dispose();
}

void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stop.Cancel();
}
