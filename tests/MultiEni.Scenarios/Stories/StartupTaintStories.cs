using System.Text.Json.Nodes;
using MultiEni.Api;
using MultiEni.Scenarios.Staging;

namespace MultiEni.Scenarios.Stories;

/// <summary>
/// Nodes that start with the taint which keeps pods away until their ENIs are ready. Needs the
/// simulated cluster for ready devices.
/// </summary>
public class StartupTaintStories
{
    private const string Other = "example.com/other";

    [Fact]
    public async Task A_node_is_freed_when_its_ENIs_are_ready_and_one_without_ENIs_at_once_and_other_taints_stay()
    {
        await using var stage = await Stage.StartAsync(new StageOptions { StartsPrograms = false, AllowsStartupTaint = true });
        var (busy, free) = (stage.Nodes[0], stage.Nodes[1]);
        await stage.Api.TaintNodeAsync(busy, Stage.Stop, Other, Names.StartupTaint);
        await stage.Api.TaintNodeAsync(free, Stage.Stop, Names.StartupTaint, Other);
        await stage.ApplyAsync(Manifests.Selecting("some", $"kubernetes.io/hostname: {busy}"));
        stage.StartController(change: settings => settings with { ManageStartupTaint = true });

        await stage.UntilAsync(
            async () => (await stage.AttachmentsAsync("some")) is [{ Status.Network.AttachmentId: not null }],
            "the ENI is attached"
        );
        await stage.UntilAsync(async () => await TaintsAsync(stage, free) is [Other], "the node that no NodeENI selects is free");
        Assert.Equal([Other, Names.StartupTaint], await TaintsAsync(stage, busy));

        stage.StartManager(busy);
        await stage.UntilReadyAsync("some", 1);
        await stage.UntilAsync(async () => await TaintsAsync(stage, busy) is [Other], "the node with a ready ENI is free");
        await stage.UntilAsync(
            async () => (await stage.Api.EventReasonsAsync(busy, Stage.Stop)).Contains("StartupTaintRemoved"),
            "an event on the node tells of it"
        );

        await stage.StopManagerAsync(busy);
        await stage.ApplyAsync(Manifests.Selecting("more", $"kubernetes.io/hostname: {busy}", "deviceIndex: 2"));
        await stage.UntilAsync(async () => (await stage.AttachmentsAsync("more")).Count == 1, "a further ENI is planned");
        Assert.Equal([Other], await TaintsAsync(stage, busy));
    }

    [Fact]
    public async Task Without_the_setting_no_taint_is_touched()
    {
        await using var stage = await Stage.StartAsync(new StageOptions { Nodes = 1, StartsPrograms = false });
        await stage.Api.TaintNodeAsync(stage.Nodes[0], Stage.Stop, Names.StartupTaint);
        stage.StartController();
        stage.StartManager(stage.Nodes[0]);
        await stage.ApplyAsync(Manifests.NodeEni("plain"));
        await stage.UntilReadyAsync("plain", 1);

        Assert.Equal([Names.StartupTaint], await TaintsAsync(stage, stage.Nodes[0]));
    }

    private static async Task<List<string>> TaintsAsync(Stage stage, string node)
    {
        var found = await stage.Api.FindAsync($"/api/v1/nodes/{node}", Stage.Stop);
        return [.. (found!["spec"]!["taints"] as JsonArray ?? []).Select(taint => taint!["key"]!.GetValue<string>())];
    }
}
