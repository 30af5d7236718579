using System.Text.Json.Nodes;
using MultiEni.Api;
using MultiEni.Cli.Demo;
using MultiEni.Cli.Tests;
using MultiEni.Scenarios.Staging;
using MultiEni.Simulator.Nodes;

namespace MultiEni.Scenarios.Stories;

/// <summary>
/// The common issues of the DPDK guide, each provoked on a node and looked for with <c>kubectl eni
/// doctor</c>, which must name it and say what to do. Needs the simulated cluster.
/// </summary>
public class DoctorStories
{
    [Fact]
    public async Task In_a_cluster_in_which_all_works_nothing_is_found()
    {
        await using var stage = await Stage.StartAsync(
            new StageOptions
            {
                Nodes = 1,
                Acceleration = 1,
                Controller = settings => settings with { LeaderElection = true },
            }
        );
        await DemoInstallation.RegisterAsync(stage.Cluster, "1.0.0", Stage.Stop);
        await stage.ApplyAsync(Manifests.NodeEni("well", "enableDPDK: true", $"dpdkResourceName: {Manifests.Resource}"));
        await stage.UntilReadyAsync("well", 1);

        var run = await RunAsync(stage, "doctor");

        Assert.Equal("No problems found.", run.Output.TrimEnd().Split('\n')[^1]);
        Assert.Equal(0, run.Code);
        Assert.Equal(0, (await RunAsync(stage, "status")).Code);
    }

    [Fact]
    public async Task Missing_DPDK_drivers()
    {
        await using var stage = await Stage.StartAsync(
            new StageOptions { Nodes = 1, Cluster = options => options with { Host = options.Host with { Modules = [] } } }
        );

        var finding = await FindAsync(stage, Reasons.DriverModuleUnavailable, "enableDPDK: true");

        AssertRemedy(finding, "modprobe vfio-pci");
        stage.Cluster.Host(stage.Nodes[0]).LoadModule("vfio_pci");
        await stage.UntilReadyAsync("ill", 1);
        Assert.DoesNotContain(await FindingsAsync(stage), found => Reason(found) == Reasons.DriverModuleUnavailable);
    }

    [Fact]
    public async Task A_PCI_address_that_does_not_exist()
    {
        await using var stage = await Stage.StartAsync(new StageOptions { Nodes = 1 });

        var finding = await FindAsync(stage, Reasons.PciDeviceNotFound, "enableDPDK: true", "dpdkPCIAddress: \"0000:00:1e.0\"");

        var seen = finding["seen"]!.GetValue<string>();
        Assert.Contains("0000:00:1e.0", seen);
        Assert.Contains(stage.Device(Assert.Single(await stage.AttachmentsAsync("ill"))).Address, seen);
        AssertRemedy(finding, "Find the address with");
    }

    [Fact]
    public async Task A_binding_script_that_does_not_exist()
    {
        await using var stage = await Stage.StartAsync(
            new StageOptions { Nodes = 1, Manager = settings => settings with { BindingScript = "/opt/dpdk/no-such-devbind.py" } }
        );

        var finding = await FindAsync(stage, Reasons.BindingScriptNotFound, "enableDPDK: true");

        Assert.Contains("/opt/dpdk/no-such-devbind.py", finding["seen"]!.GetValue<string>());
        AssertRemedy(finding, "eniManager.dpdk.bindingScript");
    }

    [Fact]
    public async Task A_binding_script_that_cannot_be_executed()
    {
        var script = Path.GetTempFileName();
        await using var stage = await Stage.StartAsync(
            new StageOptions { Nodes = 1, Manager = settings => settings with { BindingScript = script } }
        );

        var finding = await FindAsync(stage, Reasons.BindingScriptNotExecutable, "enableDPDK: true");

        AssertRemedy(finding, "chmod +x");
        File.Delete(script);
    }

    [Fact]
    public async Task Insufficient_permissions()
    {
        await using var stage = await Stage.StartAsync(new StageOptions { Nodes = 1 });
        stage.Cluster.Host(stage.Nodes[0]).Faults.FailWrites("*/driver_override", LinuxErrors.ReadOnly, times: 1000);
        stage.Cluster.Host(stage.Nodes[0]).Faults.FailWrites("*/unbind", LinuxErrors.ReadOnly, times: 1000);

        var finding = await FindAsync(stage, Reasons.InsufficientPermissions, "enableDPDK: true");

        AssertRemedy(finding, "privileged");
    }

    [Fact]
    public async Task Concurrent_binding_operations()
    {
        await using var stage = await Stage.StartAsync(new StageOptions { Nodes = 1 });
        var faults = stage.Cluster.Host(stage.Nodes[0]).Faults;

        // The first device stays without a driver, and holds up every further one of the node.
        await stage.ApplyAsync(Manifests.NodeEni("stuck"));
        await stage.UntilReadyAsync("stuck", 1);
        faults.FailProbes("vfio-pci", LinuxErrors.Invalid, times: 1000);
        faults.FailProbes("ena", LinuxErrors.InputOutput, times: 1000);
        await stage.ApplyAsync(Manifests.NodeEni("stuck", "enableDPDK: true"));
        await stage.UntilReasonAsync("stuck", ConditionTypes.Degraded, Reasons.Driverless);
        faults.Clear();
        faults.FailProbes("vfio-pci", LinuxErrors.Invalid, times: 1000);
        faults.FailWrites("*/ena/bind", LinuxErrors.InputOutput, times: 1000);
        faults.FailWrites("*/drivers_probe", LinuxErrors.None, times: 1000);

        var finding = await FindAsync(stage, Reasons.ConcurrentOperation, "deviceIndex: 2", "enableDPDK: true");

        AssertRemedy(finding, Reasons.Driverless);
    }

    [Fact]
    public async Task A_device_that_is_already_bound_to_another_driver()
    {
        await using var stage = await Stage.StartAsync(
            new StageOptions
            {
                Nodes = 1,
                Cluster = options => options with { Host = options.Host with { Modules = ["vfio_pci", "uio_pci_generic"] } },
            }
        );
        await stage.ApplyAsync(Manifests.NodeEni("ill"));
        await stage.UntilReadyAsync("ill", 1);
        var host = stage.Cluster.Host(stage.Nodes[0]);
        var address = stage.Device(Assert.Single(await stage.AttachmentsAsync("ill"))).Address;
        await host.WriteAsync($"/sys/bus/pci/devices/{address}/driver_override", "uio_pci_generic", Stage.Stop);
        await host.WriteAsync($"/sys/bus/pci/devices/{address}/driver/unbind", address, Stage.Stop);
        await host.WriteAsync("/sys/bus/pci/drivers_probe", address, Stage.Stop);
        Assert.Equal("uio_pci_generic", host.Device(address)!.Driver);

        var finding = await FindAsync(stage, Reasons.ForeignBinding, "enableDPDK: true");

        Assert.Contains("uio_pci_generic", finding["seen"]!.GetValue<string>());
        AssertRemedy(finding, "dpdk-devbind.py -b ena");
    }

    // Applies a NodeENI and has the doctor look until it finds the trouble, as a person would.
    private static async Task<JsonNode> FindAsync(Stage stage, string reason, params string[] spec)
    {
        await stage.ApplyAsync(Manifests.NodeEni("ill", spec));
        JsonNode? found = null;
        await stage.UntilAsync(
            async () => (found = (await FindingsAsync(stage)).FirstOrDefault(finding => Reason(finding) == reason)) is not null,
            $"the doctor finds {reason}"
        );
        return found!;
    }

    private static async Task<IReadOnlyList<JsonNode>> FindingsAsync(Stage stage)
    {
        var run = await RunAsync(stage, "doctor", "-o", "json");
        return [.. JsonNode.Parse(run.Output)!["findings"]!.AsArray().OfType<JsonNode>()];
    }

    private static string? Reason(JsonNode finding) => finding["reason"]?.GetValue<string>();

    private static void AssertRemedy(JsonNode finding, string words) =>
        Assert.Contains(finding["remedies"]!.AsArray(), remedy => remedy!.GetValue<string>().Contains(words, StringComparison.Ordinal));

    private static Task<CommandRun> RunAsync(Stage stage, params string[] arguments) =>
        CommandRun.With(new CommandRunOptions { Time = stage.Time }, [.. arguments, "--kubeconfig", stage.Cluster.KubeconfigPath]);
}
