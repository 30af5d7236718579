using MultiEni.Controller;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.Telemetry;
using MultiEni.Operator.Client;
using MultiEni.Operator.Hosting;

return await ProgramHost.RunAsync(
    new HostedProgram<ControllerSettings>(
        "eni-controller",
        "Gives Kubernetes nodes on EC2 the network interfaces that NodeENI resources ask for.",
        reader => ControllerSettings.ReadLogging(reader, TimeProvider.System),
        ControllerSettings.Read,
        async (settings, loggers, stop) =>
        {
            var logger = loggers.CreateLogger("eni-controller");
            foreach (var warning in settings.Warnings)
            {
                ControllerLog.SettingWithoutEffect(logger, warning);
            }

            var kubernetes = KubernetesConfig.Load(settings.Kubeconfig, Environment.GetEnvironmentVariable);
            var ec2 = Ec2ClientOptions.FromEnvironment(Environment.GetEnvironmentVariable);
            ec2 = settings.Region.Length > 0 ? ec2 with { Region = settings.Region } : ec2;
            await new ControllerApp(settings, kubernetes, ec2, loggers, TimeProvider.System).RunAsync(stop);
        }
    ),
    args,
    Environment.GetEnvironmentVariable
);
