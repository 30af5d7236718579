using MultiEni.Controller;
using MultiEni.Manager.Settings;
using MultiEni.Manager.Setup;
using MultiEni.Operator.Configuration;
using MultiEni.Operator.Logging;

namespace MultiEni.Chart.Tests;

/// <summary>
/// The chart gives the programs only settings that they have, with values that they take.
/// </summary>
public class SettingsTests
{
    public static TheoryData<string[]> Values =>
        new(
            new string[][]
            {
                [],
                [
                    "awsRegion=\"eu-central-1\"",
                    "startupTaint.enabled=true",
                    "imds={\"autoConfigureHopLimit\":true}",
                    "clusterName=\"c\"",
                    "eniManager.primaryInterface=\"eth0\"",
                    "eniManager.interfaceMTUs=\"eth1:9001\"",
                    "eniManager.dpdk.resourceNames=\"eth1:a/b\"",
                    "eniManager.allowedDevices=\"1d0f:ec20\"",
                ],
            }
        );

    [Theory]
    [MemberData(nameof(Values))]
    public async Task Every_variable_of_the_controller_is_one_of_its_settings_and_takes_the_value(string[] values)
    {
        var environment = Rendered.EnvironmentOf(Rendered.ContainerOf((await Helm.V4.TemplateAsync(values)).Controller));

        var reader = new SettingsReader("eni-controller", [], environment.GetValueOrDefault);
        using var loggers = ConsoleLogging.Create(reader, TimeProvider.System);
        ControllerSettings.Read(reader);
        reader.Finish();

        Check(environment, reader);
    }

    [Theory]
    [MemberData(nameof(Values))]
    public async Task Every_variable_of_the_manager_is_one_of_its_settings_and_takes_the_value(string[] values)
    {
        var environment = Rendered.EnvironmentOf(Rendered.ContainerOf((await Helm.V4.TemplateAsync(values)).Manager));

        var reader = new SettingsReader("eni-manager", [], environment.GetValueOrDefault);
        using var loggers = ConsoleLogging.Create(reader, TimeProvider.System);
        // Reading finds the API server too, which is not what this is about.
        environment["KUBERNETES_SERVICE_HOST"] = "";
        var kubeconfig = Path.GetTempFileName();
        await File.WriteAllTextAsync(kubeconfig, MinimalKubeconfig, TestContext.Current.CancellationToken);
        ManagerSettings.Read(reader, name => name == "KUBECONFIG" ? kubeconfig : environment.GetValueOrDefault(name));
        reader.Finish();
        environment.Remove("KUBERNETES_SERVICE_HOST");

        Check(environment, reader);
    }

    [Theory]
    [MemberData(nameof(Values))]
    public async Task Every_variable_of_the_init_container_is_one_of_the_setups_settings_and_takes_the_value(string[] values)
    {
        var pod = Rendered.PodOf((await Helm.V4.TemplateAsync([.. values, "eniManager.dpdk.drivers=[\"vfio-pci\",\"igb_uio\"]"])).Manager);
        var environment = Rendered.EnvironmentOf(pod["initContainers"]![0]!.AsObject());

        var reader = new SettingsReader("eni-manager setup", [], environment.GetValueOrDefault);
        using var loggers = ConsoleLogging.Create(reader, TimeProvider.System);
        var settings = SetupSettings.Read(reader);
        reader.Finish();

        Check(environment, reader);
        Assert.Equal(["vfio-pci", "igb_uio"], settings.Drivers);
    }

    private static void Check(Dictionary<string, string> environment, SettingsReader reader)
    {
        var known = reader.Help("").Split([' ', ',', '\n'], StringSplitOptions.RemoveEmptyEntries).ToHashSet(StringComparer.Ordinal);
        Assert.Subset(known, environment.Keys.ToHashSet(StringComparer.Ordinal));
    }

    private const string MinimalKubeconfig = """
        {"clusters":[{"name":"c","cluster":{"server":"http://127.0.0.1:1"}}],"users":[{"name":"u","user":{}}],
         "contexts":[{"name":"c","context":{"cluster":"c","user":"u"}}],"current-context":"c"}
        """;
}
