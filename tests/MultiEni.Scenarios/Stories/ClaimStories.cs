using MultiEni.Api;
using MultiEni.Api.Kubernetes;
using MultiEni.Manager.Settings;
using MultiEni.Scenarios.Documents;
using MultiEni.Scenarios.KubernetesApi;
using MultiEni.Scenarios.Staging;

namespace MultiEni.Scenarios.Stories;

/// <summary>Pods get ENIs by claims: the ENI manager is a driver of dynamic resource allocation.</summary>
public class ClaimStories
{
    private const string Slices = "/apis/resource.k8s.io/v1/resourceslices";
    private const string Claims = "/apis/resource.k8s.io/v1/namespaces/default/resourceclaims";

    [Fact]
    [NeedsSimulatedApiServer]
    public async Task A_pod_claims_a_bound_ENI_learns_its_addresses_and_the_release_waits_for_it_by_name()
    {
        await using var stage = await StageAsync();
        await stage.ApplyAsync(Manifests.NodeEni("bound", "enableDPDK: true"));
        await stage.UntilReadyAsync("bound", 1);
        var attachment = Assert.Single(await stage.AttachmentsAsync("bound"));

        await ApplyAllAsync(stage, Template("any"), Pod("app", "any"));
        await stage.UntilAsync(async () => await stage.PodPhaseAsync("app") == "Running", "the pod runs");
        // A pod does not wait for what is written into its claim's status.
        await stage.UntilAsync(
            async () => (await stage.Api.ListAsync(Claims, Stage.Stop))[0]["status"]?["devices"] is not null,
            "the claim tells of its device"
        );

        var claim = Assert.Single(await stage.Api.ListAsync(Claims, Stage.Stop));
        var status = Assert.Single(claim["status"]!["devices"]!.AsArray())!;
        Assert.Equal(attachment.Status!.Network!.MacAddress, status["networkData"]!["hardwareAddress"]!.GetValue<string>());
        Assert.StartsWith(attachment.Status.Network.PrivateIps![0], status["networkData"]!["ips"]![0]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Contains("/dev/vfio/", await AnnotationAsync(stage, "app", "simulator/device-nodes"), StringComparison.Ordinal);

        await stage.DeleteNodeEniAsync("bound");
        await stage.UntilAsync(
            async () =>
                (await stage.AttachmentsAsync("bound")).Any(found =>
                    found.Status!.Conditions.Find(ConditionTypes.Released) is { Reason: Reasons.DeviceInUse } released
                    && released.Message.Contains(claim["metadata"]!["name"]!.GetValue<string>(), StringComparison.Ordinal)
                ),
            "the release names the claim"
        );
        await stage.Api.DeletePodAsync("app", Stage.Stop);
        await stage.AssertNothingLeftAsync();
        Assert.Empty(stage.Refusals);
    }

    [Fact]
    [NeedsSimulatedApiServer]
    public async Task A_device_is_bound_while_a_claim_asks_for_DPDK_and_the_kernels_before_and_after()
    {
        await using var stage = await StageAsync();
        await stage.ApplyAsync(Manifests.NodeEni("data", "enableDPDK: true", "dpdkBinding: WhenClaimed"));
        await stage.UntilReadyAsync("data", 1);
        var attachment = Assert.Single(await stage.AttachmentsAsync("data"));
        Assert.Equal("ena", stage.Device(attachment).Driver);

        // The NodeENI says what a claim gets that says nothing.
        await ApplyAllAsync(stage, Template("dpdk"), Pod("dpdk", "dpdk"));
        await stage.UntilAsync(async () => await stage.PodPhaseAsync("dpdk") == "Running", "the pod with DPDK runs");
        Assert.Equal("vfio-pci", stage.Device(attachment).Driver);
        await stage.Api.DeletePodAsync("dpdk", Stage.Stop);
        await stage.UntilAsync(() => Task.FromResult(stage.Device(attachment).Driver == "ena"), "the kernel has the device again");

        await ApplyAllAsync(stage, Template("plain", "kernel"), Pod("plain", "plain"));
        await stage.UntilAsync(async () => await stage.PodPhaseAsync("plain") == "Running", "the pod with an interface runs");
        Assert.Equal("ena", stage.Device(attachment).Driver);
        await stage.Api.DeletePodAsync("plain", Stage.Stop);
        await stage.DeleteNodeEniAsync("data");
        await stage.AssertNothingLeftAsync();
    }

    [Fact]
    [NeedsSimulatedApiServer]
    public async Task A_claim_that_wants_the_kernel_of_a_device_that_is_always_bound_is_rejected_with_the_remedy_and_the_release_waits_for_it()
    {
        await using var stage = await StageAsync();
        await stage.ApplyAsync(Manifests.NodeEni("bound", "enableDPDK: true"));
        await stage.UntilReadyAsync("bound", 1);

        await ApplyAllAsync(stage, Template("kernel", "kernel"), Pod("app", "kernel"));

        await stage.UntilAsync(
            async () => await WaitingAsync(stage, "app") is { } why && why.Contains("spec.dpdkBinding: WhenClaimed", StringComparison.Ordinal),
            "the pod says why it waits"
        );

        // A claim has its device from the allocation on, prepared or not.
        var claim = Assert.Single(await stage.Api.ListAsync(Claims, Stage.Stop))["metadata"]!["name"]!.GetValue<string>();
        await stage.DeleteNodeEniAsync("bound");
        await stage.UntilAsync(
            async () =>
                (await stage.AttachmentsAsync("bound")).Any(found =>
                    found.Status!.Conditions.Find(ConditionTypes.Released) is { Reason: Reasons.DeviceInUse } released
                    && released.Message.Contains($"is allocated to claim default/{claim}", StringComparison.Ordinal)
                ),
            "the release names the claim"
        );
        Assert.Single(Assert.Single(await stage.Api.ListAsync(Slices, Stage.Stop))["spec"]!["devices"]!.AsArray());
        await stage.Api.DeletePodAsync("app", Stage.Stop);
        await stage.AssertNothingLeftAsync();
        Assert.Empty(stage.Refusals);
    }

    [Fact]
    [NeedsSimulatedApiServer]
    public async Task The_manifest_of_a_device_plugin_runs_unchanged_by_the_class_of_its_resource()
    {
        await using var stage = await StageAsync();
        await stage.ApplyAsync(Manifests.NodeEni("bound", "enableDPDK: true", $"dpdkResourceName: {Manifests.Resource}"));
        await stage.UntilReadyAsync("bound", 1);

        await stage.ApplyAsync(Manifests.Pod("app", Manifests.Resource));

        await stage.UntilAsync(async () => await stage.PodPhaseAsync("app") == "Running", "the pod runs");
        Assert.Null(await stage.AllocatableAsync(stage.Nodes[0], Manifests.Resource));
        await stage.Api.DeletePodAsync("app", Stage.Stop);
        await stage.DeleteNodeEniAsync("bound");
        await stage.AssertNothingLeftAsync();
    }

    [Fact]
    [NeedsSimulatedApiServer]
    public async Task A_slice_that_the_kubelet_deleted_is_published_again_and_one_of_a_dead_driver_goes()
    {
        await using var stage = await StageAsync();
        await stage.ApplyAsync(Manifests.NodeEni("bound", "enableDPDK: true"));
        await stage.UntilReadyAsync("bound", 1);
        var before = Assert.Single(await stage.Api.ListAsync(Slices, Stage.Stop))["metadata"]!["uid"]!.GetValue<string>();

        await stage.Cluster.Kubelet(stage.Nodes[0]).RestartAsync(Stage.Stop);
        await stage.UntilAsync(
            async () =>
                (await stage.Api.ListAsync(Slices, Stage.Stop)) is [var slice]
                && slice["metadata"]!["uid"]!.GetValue<string>() != before
                && slice["spec"]!["devices"]!.AsArray().Count == 1,
            "the slice is published again"
        );

        await stage.StopManagerAsync(stage.Nodes[0]);
        await stage.UntilAsync(
            async () => (await stage.Api.ListAsync(Slices, Stage.Stop)).Count == 0,
            "the kubelet deletes the slice of a driver that is gone"
        );
        stage.StartManager(stage.Nodes[0]);
        await stage.UntilAsync(async () => (await stage.Api.ListAsync(Slices, Stage.Stop)).Count == 1, "the slice is published again");
        await stage.DeleteNodeEniAsync("bound");
        await stage.AssertNothingLeftAsync();
    }

    [Fact]
    [NeedsSimulatedApiServer]
    public async Task The_samples_run_as_they_are()
    {
        await using var stage = await StageAsync();
        await stage.ApplyAsync(Sample("dpdk-when-claimed"));
        await stage.UntilReadyAsync("data", 1);
        foreach (var sample in (string[])["dpdk-when-claimed", "any-eni", "by-subnet"])
        {
            var pod = sample == "by-subnet" ? "eni-in-subnet" : sample;
            await stage.ApplyAsync(Sample(sample));
            await stage.UntilAsync(async () => await stage.PodPhaseAsync(pod) == "Running", $"{pod} runs");
            await stage.Api.DeletePodAsync(pod, Stage.Stop);
            await stage.UntilAsync(async () => await stage.PodPhaseAsync(pod) is null, $"{pod} is gone");
        }

        // The nodes here have no NUMA information, so the claim waits.
        await stage.ApplyAsync(Sample("same-numa-node"));
        await stage.Api.DeletePodAsync("enis-on-one-numa-node", Stage.Stop);
        await stage.DeleteNodeEniAsync("data");
        await stage.AssertNothingLeftAsync();
    }

    private static string Sample(string name) => File.ReadAllText(Path.Combine(Page.Root, "deploy/samples/dra", $"{name}.yaml"));

    private static async Task<Stage> StageAsync()
    {
        var stage = await Stage.StartAsync(
            new StageOptions
            {
                Nodes = 1,
                ApiServer = new KubernetesApiChoice.Simulator(),
                StartsPrograms = false,
                Controller = settings => settings with { DeviceClasses = true },
                Manager = settings => settings with { DevicePublisher = PublisherChoice.Dra },
            }
        );
        await InstalledAccess.AllowDraAsync(stage.Api, Stage.Stop);
        stage.StartController();
        stage.StartManager(stage.Nodes[0]);
        return stage;
    }

    private static async Task ApplyAllAsync(Stage stage, params string[] manifests)
    {
        foreach (var manifest in manifests)
        {
            await stage.ApplyAsync(manifest);
        }
    }

    private static string Template(string name, string? mode = null) =>
        $"""
            apiVersion: resource.k8s.io/v1
            kind: ResourceClaimTemplate
            metadata:
              name: {name}
            spec:
              spec:
                devices:
                  requests:
                  - name: eni
                    exactly:
                      deviceClassName: eni.networking.k8s.aws
            """
        + (
            mode is null
                ? ""
                : $"""

                          config:
                          - opaque:
                              driver: eni.networking.k8s.aws
                              parameters:
                                apiVersion: eni.networking.k8s.aws/v1alpha1
                                kind: ENIClaimConfig
                                mode: {mode}
                    """
        );

    private static string Pod(string name, string template) =>
        $"""
            apiVersion: v1
            kind: Pod
            metadata:
              name: {name}
            spec:
              resourceClaims:
              - name: eni
                resourceClaimTemplateName: {template}
              containers:
              - name: app
                image: app:latest
                resources:
                  claims:
                  - name: eni
            """;

    private static async Task<string> AnnotationAsync(Stage stage, string pod, string annotation) =>
        (await stage.Api.FindAsync(ApiPaths.Of("Pod", pod), Stage.Stop))?["metadata"]?["annotations"]?[annotation]?.GetValue<string>() ?? "";

    private static async Task<string?> WaitingAsync(Stage stage, string pod) =>
        (await stage.Api.FindAsync(ApiPaths.Of("Pod", pod), Stage.Stop))?["status"]?["containerStatuses"]?[0]?["state"]?["waiting"]?[
            "message"
        ]?.GetValue<string>();
}
