using System.Text.Json.Nodes;
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
    private const string Rbac = "rbac.authorization.k8s.io/v1";

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
        await stage.UntilAsync(async () => await NamesAsync(stage) is ["dpdk-1", "theirs"], "the network of the resource");
        var network = (await stage.Api.FindAsync(ApiPaths.Of("NetworkAttachmentDefinition", "dpdk-1", Space), Stage.Stop))!;
        Assert.Equal("intel.com/dpdk_1", network["metadata"]!["annotations"]!["k8s.v1.cni.cncf.io/resourceName"]!.GetValue<string>());
        Assert.Equal("host-device", JsonNode.Parse(network["spec"]!["config"]!.GetValue<string>())!["type"]!.GetValue<string>());

        await stage.DeleteNodeEniAsync("dpdk");
        await stage.UntilAsync(async () => await NamesAsync(stage) is ["theirs"], "the network to go with the last device");
    }

    // What docs/device-publishing.md says that the controller needs for this, in one namespace.
    private static async Task AllowAsync(Stage stage)
    {
        var rule = new JsonObject
        {
            ["apiGroups"] = new JsonArray("k8s.cni.cncf.io"),
            ["resources"] = new JsonArray("network-attachment-definitions"),
            ["verbs"] = new JsonArray("list", "create", "patch", "delete"),
        };
        await stage.Api.ApplyAsync(
            new JsonObject
            {
                ["apiVersion"] = Rbac,
                ["kind"] = "Role",
                ["metadata"] = Named(),
                ["rules"] = new JsonArray(rule),
            },
            Stage.Stop
        );
        await stage.Api.ApplyAsync(
            new JsonObject
            {
                ["apiVersion"] = Rbac,
                ["kind"] = "RoleBinding",
                ["metadata"] = Named(),
                ["roleRef"] = new JsonObject
                {
                    ["apiGroup"] = "rbac.authorization.k8s.io",
                    ["kind"] = "Role",
                    ["name"] = "networks",
                },
                ["subjects"] = new JsonArray(
                    new JsonObject
                    {
                        ["kind"] = "ServiceAccount",
                        ["name"] = "eni-controller",
                        ["namespace"] = Api.Names.Namespace,
                    }
                ),
            },
            Stage.Stop
        );
    }

    private static JsonObject Named() => new() { ["name"] = "networks", ["namespace"] = Space };

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
