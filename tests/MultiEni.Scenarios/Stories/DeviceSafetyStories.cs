using System.Text.Json.Nodes;
using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Manager.Settings;
using MultiEni.Scenarios.KubernetesApi;
using MultiEni.Scenarios.Staging;
using MultiEni.Simulator.Nodes.Kubelets;

namespace MultiEni.Scenarios.Stories;

/// <summary>
/// A device is never torn from a running pod and never given to two. With the rights as installed:
/// an ENI manager may not list pods. Needs the simulated cluster: kubelets offer devices and run
/// pods.
/// </summary>
public class DeviceSafetyStories
{
    private const string Other = "intel.com/other_name";

    [Theory]
    [InlineData(nameof(PublisherChoice.SriovConfig))]
    [InlineData(nameof(PublisherChoice.Embedded))]
    public async Task A_device_that_a_pod_has_is_offered_under_another_name_only_when_the_pod_has_ended(string publisher)
    {
        // With uio_pci_generic any number of processes could open it: nothing but the offer keeps
        // the second pod away.
        await using var stage = await Stage.StartAsync(
            new StageOptions
            {
                Nodes = 1,
                Cluster = options => options with { Host = options.Host with { Modules = ["uio_pci_generic"] } },
                Manager = settings => settings with { DevicePublisher = Enum.Parse<PublisherChoice>(publisher) },
            }
        );
        await stage.ApplyAsync(Bound("dpdk", Manifests.Resource, "dpdkDriver: uio_pci_generic"));
        await stage.UntilReadyAsync("dpdk", 1);
        await RunAsync(stage, "first");

        await stage.ApplyAsync(Bound("dpdk", Other, "dpdkDriver: uio_pci_generic"));
        await stage.ApplyAsync(Manifests.Pod("second", Other));
        var message = await UntilSaidAsync(stage, "dpdk", ConditionTypes.Advertised, Reasons.DeviceInUse);
        Assert.Contains("default/first", message, StringComparison.Ordinal);
        Assert.Contains($"allocated as {Manifests.Resource}", message, StringComparison.Ordinal);
        Assert.Equal("Running", await stage.PodPhaseAsync("first"));
        Assert.NotEqual("Running", await stage.PodPhaseAsync("second"));
        Assert.True(await stage.AllocatableAsync(stage.Nodes[0], Other) is null or "0");

        await stage.Api.DeletePodAsync("first", Stage.Stop);
        await stage.UntilReadyAsync("dpdk", 1);
        await stage.UntilAsync(async () => await stage.PodPhaseAsync("second") == "Running", "the second pod has the device");
    }

    [Fact]
    public async Task A_wrong_address_and_a_deletion_leave_the_device_to_the_pod_that_has_it()
    {
        await using var stage = await Stage.StartAsync(new StageOptions { Nodes = 1, Acceleration = 60 });
        await stage.ApplyAsync(Bound("dpdk", Manifests.Resource));
        await stage.UntilReadyAsync("dpdk", 1);
        var device = stage.Device(Assert.Single(await stage.AttachmentsAsync("dpdk"))).Address;
        await RunAsync(stage, "app");

        await stage.ApplyAsync(Bound("dpdk", Manifests.Resource, "dpdkPCIAddress: \"0000:00:1e.0\""));
        await UntilSaidAsync(stage, "dpdk", ConditionTypes.Configured, Reasons.PciDeviceNotFound);
        await stage.DeleteNodeEniAsync("dpdk");

        Assert.Contains("default/app", await UntilSaidAsync(stage, "dpdk", ConditionTypes.Released, Reasons.DeviceInUse), StringComparison.Ordinal);
        await NothingIsTornAsync(stage, "dpdk", device);
        await stage.Api.DeletePodAsync("app", Stage.Stop);
        await stage.UntilGoneAsync("dpdk");
        await stage.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task A_device_that_went_while_nobody_looked_is_not_offered_any_more()
    {
        await using var stage = await Stage.StartAsync(new StageOptions { Nodes = 1 });
        var node = stage.Nodes[0];
        await stage.ApplyAsync(Bound("dpdk", Manifests.Resource));
        await stage.UntilReadyAsync("dpdk", 1);
        var attachment = Assert.Single(await stage.AttachmentsAsync("dpdk"));

        await stage.StopManagerAsync(node);
        await stage.StopControllerAsync();
        stage.Cluster.Host(node).Vanish(attachment.Status!.Network!.MacAddress!);
        using (var controller = new ClusterApi(stage.Cluster.ControllerEnvironment()["KUBECONFIG"]))
        {
            await controller.MergePatchAsync(
                $"/apis/{Names.ApiVersion}/{Names.EniAttachmentPlural}/{attachment.Metadata.Name}/status",
                new JsonObject { ["status"] = new JsonObject { ["network"] = new JsonObject { ["state"] = EniState.Available } } }
            );
        }

        Assert.Equal("1", await stage.AllocatableAsync(node, Manifests.Resource));

        stage.StartManager(node);
        await stage.UntilAsync(
            async () => await stage.AllocatableAsync(node, Manifests.Resource) == "0",
            "the node does not count the device any more"
        );
        Assert.DoesNotContain(attachment.Status.Device!.PciAddress!, await stage.PluginFileAsync(node), StringComparison.Ordinal);
    }

    [Fact]
    [NeedsSimulatedApiServer]
    public async Task A_kubelet_that_is_silent_ends_in_a_condition_and_never_in_a_detach()
    {
        await using var stage = await Stage.StartAsync(
            new StageOptions
            {
                ApiServer = new KubernetesApiChoice.Simulator(),
                Nodes = 1,
                Acceleration = 60,
            }
        );
        // Advertised with its kernel driver: nobody has a device node open, so that the kubelet
        // alone knows who has it.
        await stage.ApplyAsync(Manifests.NodeEni("offered", $"dpdkResourceName: {Manifests.Resource}"));
        await stage.UntilReadyAsync("offered", 1);
        var device = stage.Device(Assert.Single(await stage.AttachmentsAsync("offered"))).Address;
        await RunAsync(stage, "app");

        await stage.Cluster.Kubelet(stage.Nodes[0]).StopAsync();
        await stage.DeleteNodeEniAsync("offered");

        var message = await UntilSaidAsync(stage, "offered", ConditionTypes.Released, Reasons.DeviceUsageUnknown);
        Assert.Contains("KUBELET_ROOT", message, StringComparison.Ordinal);
        await NothingIsTornAsync(stage, "offered", device);
        Assert.Empty(stage.Refusals);

        await stage.Cluster.Kubelet(stage.Nodes[0]).StartAsync(Stage.Stop);
        Assert.Contains(
            "default/app",
            await UntilSaidAsync(stage, "offered", ConditionTypes.Released, Reasons.DeviceInUse),
            StringComparison.Ordinal
        );
        await stage.Api.DeletePodAsync("app", Stage.Stop);
        await stage.UntilGoneAsync("offered");
        await stage.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task A_journal_that_cannot_be_read_ends_in_a_condition_and_never_in_a_detach()
    {
        await using var stage = await Stage.StartAsync(new StageOptions { Nodes = 1, Acceleration = 60 });
        var node = stage.Nodes[0];
        await stage.ApplyAsync(Bound("dpdk", Manifests.Resource));
        await stage.UntilReadyAsync("dpdk", 1);
        var device = stage.Device(Assert.Single(await stage.AttachmentsAsync("dpdk"))).Address;
        await RunAsync(stage, "app");
        await stage.StopManagerAsync(node);
        var journal = Directory.GetFiles(stage.Cluster.JournalFolder(node), "*.json").Single();
        var good = await File.ReadAllTextAsync(journal, Stage.Stop);
        await File.WriteAllTextAsync(journal, "{ half a", Stage.Stop);

        stage.StartManager(node);
        await stage.DeleteNodeEniAsync("dpdk");
        var message = await UntilSaidAsync(stage, "dpdk", ConditionTypes.Released, Reasons.ReconcileFailed);
        Assert.Contains(Path.GetFileName(journal), message, StringComparison.Ordinal);
        await NothingIsTornAsync(stage, "dpdk", device);

        await File.WriteAllTextAsync(journal, good, Stage.Stop);
        await UntilSaidAsync(stage, "dpdk", ConditionTypes.Released, Reasons.DeviceInUse);
        await stage.Api.DeletePodAsync("app", Stage.Stop);
        await stage.UntilGoneAsync("dpdk");
        await stage.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task An_agent_that_died_at_work_is_not_waited_for_when_no_pod_has_the_device()
    {
        await using var stage = await Stage.StartAsync(new StageOptions { Nodes = 1, Acceleration = 60 });
        await stage.ApplyAsync(Bound("dpdk", Manifests.Resource));
        await stage.UntilReadyAsync("dpdk", 1);
        await stage.StopManagerAsync(stage.Nodes[0]);
        await stage.DeleteNodeEniAsync("dpdk");
        await stage.UntilGoneAsync("dpdk");
        Assert.Contains("ReleaseSkipped", await stage.Api.EventReasonsAsync("dpdk", Stage.Stop));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_pod_that_has_finished_holds_no_device_where_the_agent_may_look_and_elsewhere_what_helps_is_told(bool mayList)
    {
        await using var stage = await Stage.StartAsync(
            new StageOptions
            {
                Nodes = 1,
                StartsPrograms = false,
                Manager = settings => settings with { ListPods = mayList },
            }
        );
        if (mayList)
        {
            await InstalledAccess.AllowPodListsAsync(stage.Api, Stage.Stop);
        }

        stage.StartController();
        stage.StartManager(stage.Nodes[0]);
        await stage.ApplyAsync(Bound("dpdk", Manifests.Resource));
        await stage.UntilReadyAsync("dpdk", 1);
        var device = stage.Device(Assert.Single(await stage.AttachmentsAsync("dpdk"))).Address;
        await RunAsync(stage, "job");
        await stage.Api.ChangeAsync(
            $"{ApiPaths.Of("Pod", "job")}/status",
            live =>
            {
                live["status"]!["phase"] = "Succeeded";
                live["status"]!["containerStatuses"]![0]!["state"] = new JsonObject { ["terminated"] = new JsonObject { ["exitCode"] = 0 } };
            },
            Stage.Stop
        );
        var kubelet = stage.Cluster.Kubelet(stage.Nodes[0]);
        await stage.UntilAsync(() => kubelet.PodDevices().Count == 0, "the containers have ended");

        // As kubelets before 1.34 do as long as the object is there.
        kubelet.PodDevices = () => [new KubeletPodDevices("default", "job", "app", Manifests.Resource, [device])];
        await stage.DeleteNodeEniAsync("dpdk");
        if (mayList)
        {
            await stage.UntilGoneAsync("dpdk");
            await stage.AssertNothingLeftAsync();
            return;
        }

        var message = await UntilSaidAsync(stage, "dpdk", ConditionTypes.Released, Reasons.DeviceInUse);
        Assert.Contains("default/job", message, StringComparison.Ordinal);
        Assert.Contains("If it has finished, delete it", message, StringComparison.Ordinal);
    }

    private static string Bound(string name, string resource, params string[] more) =>
        Manifests.NodeEni(name, ["enableDPDK: true", $"dpdkResourceName: {resource}", .. more]);

    private static async Task RunAsync(Stage stage, string pod)
    {
        await stage.ApplyAsync(Manifests.Pod(pod, Manifests.Resource));
        await stage.UntilAsync(async () => await stage.PodPhaseAsync(pod) == "Running", $"the pod {pod} runs");
    }

    private static async Task<string> UntilSaidAsync(Stage stage, string nodeEni, string type, string reason)
    {
        Condition? said = null;
        await stage.UntilAsync(
            async () =>
                (said = (await stage.AttachmentsAsync(nodeEni)).SingleOrDefault()?.Status?.Conditions.Find(type)) is { } found
                && found.Reason == reason
                && found.Status != ConditionStatus.True,
            $"{type} of the ENI of {nodeEni} has the reason {reason}"
        );
        return said!.Message;
    }

    /// <summary>
    /// Twice the controller's patience passes, the agent goes on showing that it lives, and nothing
    /// happens to the device.
    /// </summary>
    private static async Task NothingIsTornAsync(Stage stage, string nodeEni, string device)
    {
        var before = stage.Cluster.Host(stage.Nodes[0]).Device(device)!.Driver;
        var end = stage.Time.GetUtcNow() + TimeSpan.FromMinutes(10);
        var beats = new HashSet<DateTimeOffset?>();
        await stage.UntilAsync(
            async () =>
            {
                var attachment = Assert.Single(await stage.AttachmentsAsync(nodeEni));
                beats.Add(attachment.Status?.Device?.ReleaseHeartbeatTime);
                Assert.Contains(Names.DeviceFinalizer, attachment.Metadata.Finalizers!);
                return stage.Time.GetUtcNow() > end;
            },
            "ten minutes have passed"
        );
        Assert.Equal(0, stage.Calls("DetachNetworkInterface"));
        Assert.Equal(before, stage.Cluster.Host(stage.Nodes[0]).Device(device)?.Driver);
        Assert.InRange(beats.Count, 4, 10);
    }
}
