using MultiEni.Api;
using MultiEni.Scenarios.KubernetesApi;
using MultiEni.Scenarios.Staging;

namespace MultiEni.Scenarios.Stories;

/// <summary>
/// A whole life on an API server in another process, reached by its kubeconfig alone, as a real one
/// is: so that every build shows that stories need nothing else. <c>KUBEBUILDER_ASSETS</c> chooses
/// the server of all stories.
/// </summary>
public class AnotherServerStories
{
    [Fact]
    public async Task A_pod_gets_a_device_and_keeps_it_until_it_is_deleted()
    {
        await using var stage = await Stage.StartAsync(new StageOptions { ApiServer = new KubernetesApiChoice.SimulatorProcess(), Nodes = 1 });
        await stage.ApplyAsync(Manifests.NodeEni("dpdk", "enableDPDK: true", $"dpdkResourceName: {Manifests.Resource}"));
        await stage.UntilReadyAsync("dpdk", 1);
        await stage.ApplyAsync(Manifests.Pod("app", Manifests.Resource));
        await stage.UntilAsync(async () => await stage.PodPhaseAsync("app") == "Running", "the pod runs");
        Assert.Throws<InvalidOperationException>(() => stage.Cluster.Kubernetes);

        await stage.DeleteNodeEniAsync("dpdk");
        await stage.UntilAsync(
            async () =>
                (await stage.AttachmentsAsync("dpdk")).Any(attachment => attachment.Status!.Conditions!.Exists(c => c.Reason == Reasons.DeviceInUse)),
            "the device is waited for"
        );
        await stage.Api.DeletePodAsync("app", Stage.Stop);
        await stage.UntilGoneAsync("dpdk");
        await stage.AssertNothingLeftAsync();
    }
}
