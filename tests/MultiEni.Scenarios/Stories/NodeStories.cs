using MultiEni.Scenarios.Staging;

namespace MultiEni.Scenarios.Stories;

/// <summary>
/// Nodes come, change and go. Needs the simulated cluster: machines with kernels and ENI managers
/// end with their instances.
/// </summary>
public class NodeStories
{
    private static readonly string Bound = Manifests.NodeEni("fleet", "enableDPDK: true", $"dpdkResourceName: {Manifests.Resource}");

    [Fact]
    public async Task A_node_added_later_gets_its_ENI_like_the_others()
    {
        await using var stage = await Stage.StartAsync(new StageOptions { Nodes = 1 });
        await stage.ApplyAsync(Bound);
        await stage.UntilReadyAsync("fleet", 1);

        var added = await stage.AddNodeAsync();
        await stage.UntilReadyAsync("fleet", 2);

        Assert.Contains(await stage.AttachmentsAsync("fleet"), attachment => attachment.Spec!.NodeName == added);
        Assert.Equal("1", await stage.AllocatableAsync(added, Manifests.Resource));
        await stage.DeleteNodeEniAsync("fleet");
        await stage.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task A_node_that_loses_the_label_loses_its_ENI_and_gets_a_new_one_with_the_label_back()
    {
        await using var stage = await Stage.StartAsync();
        await stage.ApplyAsync(Bound);
        await stage.UntilReadyAsync("fleet", 2);
        var (leaving, staying) = (stage.Nodes[0], stage.Nodes[1]);
        var before = stage.OurEnis.ToDictionary(row => row.Tags["Node"], row => row.Id);

        await stage.Api.LabelNodeAsync(leaving, "ng", null, Stage.Stop);
        await stage.UntilReadyAsync("fleet", 1);
        await stage.UntilAsync(() => stage.OurEnis.Count == 1, "the ENI of the node without the label is gone");
        Assert.Equal(before[staying], stage.OurEnis[0].Id);
        await stage.UntilAsync(
            async () => await stage.AllocatableAsync(leaving, Manifests.Resource) is null or "0",
            "the node offers nothing any more"
        );

        await stage.Api.LabelNodeAsync(leaving, "ng", "multi-eni", Stage.Stop);
        await stage.UntilReadyAsync("fleet", 2);
        Assert.NotEqual(before[leaving], stage.OurEnis.Single(row => row.Tags["Node"] == leaving).Id);
        await stage.DeleteNodeEniAsync("fleet");
        await stage.AssertNothingLeftAsync();
    }

    [Theory]
    [InlineData("true")]
    [InlineData("false")]
    public async Task A_terminated_node_leaves_no_ENI_behind_and_costs_no_detach(string deleteOnTermination)
    {
        await using var stage = await Stage.StartAsync();
        await stage.ApplyAsync(Manifests.NodeEni("fleet", "enableDPDK: true", $"deleteOnTermination: {deleteOnTermination}"));
        await stage.UntilReadyAsync("fleet", 2);
        var survivor = stage.Nodes[1];

        await stage.TerminateNodeAsync(stage.Nodes[0]);
        await stage.UntilReadyAsync("fleet", 1);
        await stage.UntilAsync(() => stage.OurEnis.Count == 1, "the ENI of the terminated node is gone");

        Assert.Equal(survivor, stage.OurEnis[0].Tags["Node"]);
        Assert.Equal(0, stage.Calls("DetachNetworkInterface"));
        await stage.UntilAsync(
            async () => await stage.AttachmentsAsync("fleet") is [{ Spec.NodeName: var last }] && last == survivor,
            "only the survivor's attachment is left"
        );
        await stage.DeleteNodeEniAsync("fleet");
        await stage.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task A_node_replaced_under_the_same_name_gets_an_ENI_on_its_new_instance()
    {
        await using var stage = await Stage.StartAsync();
        await stage.ApplyAsync(Bound);
        await stage.UntilReadyAsync("fleet", 2);
        var node = stage.Nodes[0];
        var old = stage.Cluster.Node(node).InstanceId;

        await stage.StopManagerAsync(node);
        var machine = await stage.Cluster.ReplaceNodeAsync(node, Stage.Stop);
        stage.StartManager(node);
        await stage.UntilAsync(
            async () => (await stage.AttachmentsAsync("fleet")).Select(attachment => attachment.Spec!.InstanceId).Contains(machine.InstanceId),
            "the new machine has an attachment"
        );
        await stage.UntilReadyAsync("fleet", 2);
        await stage.UntilAsync(() => stage.OurEnis.Count == 2, "the old machine's ENI is gone");

        await stage.UntilAsync(
            async () => (await stage.AttachmentsAsync("fleet")).All(attachment => attachment.Spec!.InstanceId != old),
            "the old machine's attachment is gone"
        );
        Assert.Contains(stage.OurEnis, row => row.Attachment!.InstanceId == machine.InstanceId);
        Assert.Equal("1", await stage.AllocatableAsync(node, Manifests.Resource));
        await stage.DeleteNodeEniAsync("fleet");
        await stage.AssertNothingLeftAsync();
    }
}
