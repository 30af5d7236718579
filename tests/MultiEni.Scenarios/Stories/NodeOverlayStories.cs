using System.Text.Json.Nodes;
using MultiEni.Api;
using MultiEni.Scenarios.KubernetesApi;
using MultiEni.Scenarios.Staging;

namespace MultiEni.Scenarios.Stories;

/// <summary>
/// A cluster with Karpenter, which is told which resources nodes will have
/// (docs/autoscalers.md#nodes-for-pods-that-request-a-device).
/// </summary>
public class NodeOverlayStories
{
    private const string Overlays = "/apis/karpenter.sh/v1alpha1/nodeoverlays";

    [Fact]
    public async Task Karpenter_is_told_what_nodes_have_as_long_as_there_is_the_NodeENI()
    {
        await using var stage = await Stage.StartAsync(new StageOptions { Nodes = 2, StartsPrograms = false });
        await stage.ApplyAsync(KarpenterDefinitions.NodeOverlay);
        await stage.UntilAsync(() => stage.Api.AnswersAsync(Overlays, Stage.Stop), "the API serves node overlays");
        await AllowAsync(stage);
        Start(stage);

        await stage.ApplyAsync(Manifests.NodeEni("packets", "enableDPDK: true", "dpdkResourceName: example.com/packets"));
        await stage.ApplyAsync(Manifests.NodeEni("plain", "deviceIndex: 3"));
        await stage.UntilAsync(
            async () =>
                await stage.Api.ListAsync(Overlays, Stage.Stop) is [var overlay]
                && overlay["metadata"]!["name"]!.GetValue<string>() == "eni-packets"
                && Capacity(overlay) == """{"example.com/packets":"1"}""",
            "the overlay of the NodeENI with DPDK"
        );

        await stage.DeleteNodeEniAsync("packets");
        await stage.UntilAsync(async () => (await stage.Api.ListAsync(Overlays, Stage.Stop)).Count == 0, "the overlay to go with the NodeENI");
    }

    [Fact]
    [NeedsSimulatedApiServer]
    public async Task A_cluster_without_Karpenter_is_told_in_the_status()
    {
        await using var stage = await Stage.StartAsync(
            new StageOptions
            {
                Nodes = 1,
                ApiServer = new KubernetesApiChoice.Simulator(),
                StartsPrograms = false,
            }
        );
        await AllowAsync(stage);
        Start(stage);

        await stage.ApplyAsync(Manifests.NodeEni("packets", "enableDPDK: true", "dpdkResourceName: example.com/packets"));

        await stage.UntilReasonAsync("packets", ConditionTypes.Degraded, Reasons.KubernetesApiError, "install Karpenter");
    }

    private static string Capacity(JsonObject overlay) => overlay["spec"]!["capacity"]!.ToJsonString();

    private static void Start(Stage stage)
    {
        stage.StartController(change: settings => settings with { NodeOverlays = true });
        foreach (var node in stage.Nodes)
        {
            stage.StartManager(node);
        }
    }

    // What the chart adds with controller.nodeOverlays.
    private static Task AllowAsync(Stage stage) => stage.GrantAsync("karpenter.sh", "nodeoverlays", ["list", "create", "patch", "delete"]);
}
