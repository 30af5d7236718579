using System.Text.Json.Nodes;
using MultiEni.Api;
using MultiEni.Scenarios.KubernetesApi;
using MultiEni.Scenarios.Staging;

namespace MultiEni.Scenarios.Stories;

/// <summary>
/// A cluster that keeps whereabouts, which gives pods addresses out of the prefix of their node's
/// ENI. Needs the simulated cluster for ENIs with prefixes.
/// </summary>
public class NodeSliceStories
{
    private const string Space = "kube-system";
    private const string Pools = $"/apis/whereabouts.cni.cncf.io/v1alpha1/namespaces/{Space}/nodeslicepools";
    private const string Pool = "slices-subnet-12345678";

    private static readonly StageOptions Options = new()
    {
        Nodes = 2,
        Acceleration = 30,
        ApiServer = new KubernetesApiChoice.Simulator(),
        StartsPrograms = false,
    };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Each_node_has_the_prefix_of_its_ENI_whether_or_not_the_kind_has_a_status_of_its_own(bool hasStatus)
    {
        await using var stage = await Stage.StartAsync(new StageOptions { Nodes = 2, StartsPrograms = false });
        await InstallAsync(stage, hasStatus);
        await AllowAsync(stage);
        Start(stage);

        await stage.ApplyAsync(Manifests.NodeEni("slices", "ipv4PrefixCount: 1"));
        await stage.ApplyAsync(Manifests.NodeEni("given", "ipv4PrefixCount: 1", "deviceIndex: 3", "podAddresses:", "  warm: 1"));
        await stage.UntilReadyAsync("slices", 2);
        await stage.UntilReadyAsync("given", 2);

        var prefixes = (await stage.AttachmentsAsync("slices")).ToDictionary(
            attachment => attachment.Spec!.NodeName,
            attachment => stage.Eni(attachment).Ipv4Prefixes.Single().ToString()
        );
        await stage.UntilAsync(
            async () =>
                await stage.Api.ListAsync(Pools, Stage.Stop) is [var pool]
                && Name(pool) == Pool
                && Allocations(pool) is { Count: 2 } slices
                && slices.All(slice => prefixes.GetValueOrDefault(slice.Key) == slice.Value),
            "the pool of the NodeENI without podAddresses"
        );

        await stage.DeleteNodeEniAsync("slices");
        await stage.UntilAsync(async () => (await stage.Api.ListAsync(Pools, Stage.Stop)).Count == 0, "the pool to go with the NodeENI");
    }

    [Fact]
    [NeedsSimulatedApiServer]
    public async Task A_cluster_without_whereabouts_is_told_in_the_status_until_it_is_installed()
    {
        await using var stage = await Stage.StartAsync(Options);
        await AllowAsync(stage);
        Start(stage);
        await stage.ApplyAsync(Manifests.NodeEni("slices", "ipv4PrefixCount: 1"));
        await stage.ApplyAsync(Manifests.NodeEni("plain", "deviceIndex: 3"));
        await stage.UntilReadyAsync("slices", 2);
        await stage.UntilReadyAsync("plain", 2);

        await stage.UntilReasonAsync("slices", ConditionTypes.Degraded, Reasons.KubernetesApiError, "install whereabouts");
        await stage.UntilReasonAsync("plain", ConditionTypes.Degraded, Reasons.AsExpected);

        await InstallAsync(stage, hasStatus: false);
        await stage.UntilAsync(async () => (await stage.Api.ListAsync(Pools, Stage.Stop)).Count == 1, "the pool");
        await stage.UntilReasonAsync("slices", ConditionTypes.Degraded, Reasons.AsExpected);
    }

    [Fact]
    [NeedsSimulatedApiServer]
    public async Task What_another_controller_writes_is_left_alone_and_told_in_the_status()
    {
        await using var stage = await Stage.StartAsync(Options);
        await InstallAsync(stage, hasStatus: false);
        await AllowAsync(stage);
        Start(stage);
        await stage.ApplyAsync(Manifests.NodeEni("slices", "ipv4PrefixCount: 1"));
        await stage.UntilReadyAsync("slices", 2);
        var path = ApiPaths.Of("NodeSlicePool", Pool, Space);
        await stage.UntilAsync(async () => await FoundAsync(stage, path) is { Count: 2 }, "the pool");
        var ours = await FoundAsync(stage, path);

        await stage.Api.ChangeAsync(path, pool => pool["status"]!["allocations"]!.AsArray().RemoveAt(0), Stage.Stop);
        await stage.UntilReasonAsync("slices", ConditionTypes.Degraded, Reasons.KubernetesApiError, "nodeSliceController.enabled=false");
        Assert.Single((await FoundAsync(stage, path))!);

        await stage.Api.DeleteAsync(path, Stage.Stop);
        await stage.UntilAsync(async () => await FoundAsync(stage, path) is { Count: 2 }, "the pool to be made anew");
        Assert.Equal(ours, await FoundAsync(stage, path));
        await stage.UntilReasonAsync("slices", ConditionTypes.Degraded, Reasons.AsExpected);
    }

    private static void Start(Stage stage)
    {
        stage.StartController(change: settings => settings with { NodeSlicePoolsNamespace = Space });
        foreach (var node in stage.Nodes)
        {
            stage.StartManager(node);
        }
    }

    private static string Name(JsonObject pool) => pool["metadata"]!["name"]!.GetValue<string>();

    private static async Task<Dictionary<string, string>?> FoundAsync(Stage stage, string path) =>
        await stage.Api.FindAsync(path, Stage.Stop) is { } pool ? Allocations(pool) : null;

    private static Dictionary<string, string>? Allocations(JsonObject pool) =>
        pool["status"]
            ?["allocations"]?.AsArray()
            .ToDictionary(slice => slice!["nodeName"]!.GetValue<string>(), slice => slice!["sliceRange"]!.GetValue<string>());

    // What the chart adds with controller.nodeSlicePoolsNamespace.
    private static async Task AllowAsync(Stage stage)
    {
        await stage.GrantAsync("whereabouts.cni.cncf.io", "nodeslicepools", ["list", "create", "patch", "delete"], Space);
        await stage.GrantAsync("whereabouts.cni.cncf.io", "nodeslicepools/status", ["patch"], Space);
    }

    // The fields of whereabouts' own definition.
    private static async Task InstallAsync(Stage stage, bool hasStatus)
    {
        await stage.Api.ApplyAsync(
            $$"""
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: {name: nodeslicepools.whereabouts.cni.cncf.io}
            spec:
              group: whereabouts.cni.cncf.io
              scope: Namespaced
              names: {kind: NodeSlicePool, listKind: NodeSlicePoolList, plural: nodeslicepools, singular: nodeslicepool}
              versions:
              - name: v1alpha1
                served: true
                storage: true
                {{(hasStatus ? "subresources: {status: {}}" : "")}}
                schema:
                  openAPIV3Schema:
                    type: object
                    properties:
                      spec:
                        type: object
                        required: [range, sliceSize]
                        properties:
                          range: {type: string}
                          sliceSize: {type: string}
                      status:
                        type: object
                        required: [allocations]
                        properties:
                          allocations:
                            type: array
                            items:
                              type: object
                              required: [nodeName, sliceRange]
                              properties:
                                nodeName: {type: string}
                                sliceRange: {type: string}
            """,
            Stage.Stop
        );
        await stage.UntilAsync(() => stage.Api.AnswersAsync(Pools, Stage.Stop), "the API serves node slice pools");
    }
}
