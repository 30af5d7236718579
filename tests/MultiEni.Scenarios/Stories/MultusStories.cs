using System.Text.Json.Nodes;
using MultiEni.Api;
using MultiEni.Scenarios.KubernetesApi;
using MultiEni.Scenarios.Staging;

namespace MultiEni.Scenarios.Stories;

/// <summary>
/// A cluster with Multus, whose networks are made on request. Needs the simulated cluster for
/// offered devices.
/// </summary>
public class MultusStories
{
    private const string Networks = $"/apis/k8s.cni.cncf.io/v1/namespaces/{Space}/network-attachment-definitions";
    private const string Space = "default";

    [Fact]
    public async Task Each_resource_has_a_network_as_long_as_a_device_of_it_is_there_and_what_others_made_is_left_alone()
    {
        await using var stage = await Stage.StartAsync(new StageOptions { Nodes = 1, StartsPrograms = false });
        await stage.Api.ApplyAsync(Definition(), Stage.Stop);
        await stage.UntilAsync(() => stage.Api.AnswersAsync(Networks, Stage.Stop), "the API serves networks");
        await stage.Api.ApplyAsync(OfSomebodyElse(), Stage.Stop);
        await AllowAsync(stage);
        stage.StartController(change: settings => settings with { NetworksNamespace = Space });
        stage.StartManager(stage.Nodes[0]);
        await stage.ApplyAsync(Manifests.NodeEni("dpdk", "enableDPDK: true", "dpdkResourceName: intel.com/dpdk_1"));
        await stage.UntilReadyAsync("dpdk", 1);
        await stage.UntilAsync(async () => await NamesAsync(stage) is ["dpdk", "dpdk-1", "theirs"], "the networks of NodeENI and resource");
        var network = (await stage.Api.FindAsync(ApiPaths.Of("NetworkAttachmentDefinition", "dpdk-1", Space), Stage.Stop))!;
        Assert.Equal("intel.com/dpdk_1", network["metadata"]!["annotations"]!["k8s.v1.cni.cncf.io/resourceName"]!.GetValue<string>());
        Assert.Equal("host-device", JsonNode.Parse(network["spec"]!["config"]!.GetValue<string>())!["type"]!.GetValue<string>());

        await stage.DeleteNodeEniAsync("dpdk");
        await stage.UntilAsync(async () => await NamesAsync(stage) is ["theirs"], "the network to go with the last device");
    }

    [Fact]
    [NeedsSimulatedApiServer]
    public async Task A_cluster_without_Multus_is_told_in_the_status()
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
        stage.StartController(change: settings => settings with { NetworksNamespace = Space });
        stage.StartManager(stage.Nodes[0]);

        await stage.ApplyAsync(Manifests.NodeEni("plain", "deviceIndex: 3"));

        await stage.UntilReasonAsync("plain", ConditionTypes.Degraded, Reasons.KubernetesApiError, "install Multus");
    }

    [Fact]
    [NeedsSimulatedApiServer]
    public async Task What_is_deleted_is_made_anew_and_what_others_write_is_told_in_the_status_until_it_is_gone()
    {
        await using var stage = await Stage.StartAsync(
            new StageOptions
            {
                Nodes = 1,
                Acceleration = 30,
                ApiServer = new KubernetesApiChoice.Simulator(),
                StartsPrograms = false,
            }
        );
        await stage.Api.ApplyAsync(Definition(), Stage.Stop);
        await stage.UntilAsync(() => stage.Api.AnswersAsync(Networks, Stage.Stop), "the API serves networks");
        await stage.Api.ApplyAsync(OfSomebodyElse(), Stage.Stop);
        await AllowAsync(stage);
        stage.StartController(change: settings => settings with { NetworksNamespace = Space });
        stage.StartManager(stage.Nodes[0]);
        await stage.ApplyAsync(Manifests.NodeEni("plain", "deviceIndex: 3"));
        await stage.ApplyAsync(Manifests.NodeEni("theirs", "deviceIndex: 2"));
        await stage.UntilAsync(async () => await NamesAsync(stage) is ["plain", "theirs"], "the network");
        await stage.UntilReasonAsync("theirs", ConditionTypes.Degraded, Reasons.KubernetesApiError, "delete the NetworkAttachmentDefinition");
        await stage.UntilReasonAsync("plain", ConditionTypes.Degraded, Reasons.AsExpected);

        var (plain, theirs) = (
            ApiPaths.Of("NetworkAttachmentDefinition", "plain", Space),
            ApiPaths.Of("NetworkAttachmentDefinition", "theirs", Space)
        );
        await stage.Api.DeleteAsync(plain, Stage.Stop);
        await stage.UntilAsync(async () => await ConfigAsync(stage, plain) is { Length: > 2 }, "the network to be made anew");
        Assert.Equal("{}", await ConfigAsync(stage, theirs));

        await stage.Api.DeleteAsync(theirs, Stage.Stop);
        await stage.UntilAsync(async () => await ConfigAsync(stage, theirs) is { Length: > 2 }, "the network that was in the way");
        await stage.UntilReasonAsync("theirs", ConditionTypes.Degraded, Reasons.AsExpected);

        await stage.Api.ChangeAsync(plain, network => network["spec"]!["config"] = "{}", Stage.Stop);
        await stage.UntilReasonAsync("plain", ConditionTypes.Degraded, Reasons.KubernetesApiError, "delete the NetworkAttachmentDefinition");
        Assert.Equal("{}", await ConfigAsync(stage, plain));
    }

    private static async Task<string?> ConfigAsync(Stage stage, string path) =>
        (await stage.Api.FindAsync(path, Stage.Stop))?["spec"]?["config"]?.GetValue<string>();

    // What the chart adds with controller.multusNetworksNamespace.
    private static Task AllowAsync(Stage stage) =>
        stage.GrantAsync("k8s.cni.cncf.io", "network-attachment-definitions", ["list", "create", "patch", "delete"], Space);

    private static async Task<List<string>> NamesAsync(Stage stage) =>
        [
            .. (await stage.Api.ListAsync(Networks, Stage.Stop))
                .Select(network => network["metadata"]!["name"]!.GetValue<string>())
                .Order(StringComparer.Ordinal),
        ];

    private static JsonObject OfSomebodyElse() =>
        new()
        {
            ["apiVersion"] = "k8s.cni.cncf.io/v1",
            ["kind"] = "NetworkAttachmentDefinition",
            ["metadata"] = new JsonObject { ["name"] = "theirs", ["namespace"] = Space },
            ["spec"] = new JsonObject { ["config"] = "{}" },
        };

    // As much of Multus' own as matters: a namespaced kind whose specification is a text.
    private static JsonObject Definition() =>
        JsonNode
            .Parse(
                """
                {
                  "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
                  "metadata": {"name": "network-attachment-definitions.k8s.cni.cncf.io"},
                  "spec": {
                    "group": "k8s.cni.cncf.io", "scope": "Namespaced",
                    "names": {"plural": "network-attachment-definitions", "singular": "network-attachment-definition", "kind": "NetworkAttachmentDefinition"},
                    "versions": [{"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": {"type": "object", "properties": {
                      "spec": {"type": "object", "properties": {"config": {"type": "string"}}}}}}}]
                  }
                }
                """
            )!
            .AsObject();
}
