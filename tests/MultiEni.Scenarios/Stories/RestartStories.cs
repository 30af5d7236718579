using MultiEni.Api;
using MultiEni.Api.Kubernetes;
using MultiEni.Scenarios.Staging;

namespace MultiEni.Scenarios.Stories;

/// <summary>
/// Programs and machines stop and start again. Needs the simulated cluster: kernels keep their
/// state while programs are away.
/// </summary>
public class RestartStories
{
    private static readonly string Bound = Manifests.NodeEni("fleet", "enableDPDK: true", $"dpdkResourceName: {Manifests.Resource}");

    [Fact]
    public async Task What_was_applied_and_deleted_while_the_controller_was_away_is_caught_up_with()
    {
        await using var stage = await Stage.StartAsync();
        await stage.ApplyAsync(Bound);
        await stage.UntilReadyAsync("fleet", 2);

        await stage.StopControllerAsync();
        await stage.DeleteNodeEniAsync("fleet");
        await stage.ApplyAsync(Manifests.NodeEni("late", "deviceIndex: 3"));
        stage.StartController();
        await stage.UntilGoneAsync("fleet");
        await stage.UntilReadyAsync("late", 2);

        Assert.All(stage.OurEnis, row => Assert.Equal("late", row.Tags["NodeENI"]));
        await stage.DeleteNodeEniAsync("late");
        await stage.AssertNothingLeftAsync();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(15)]
    [InlineData(40)]
    public async Task Both_programs_restarted_in_the_middle_end_with_one_ENI_for_each_node(int milliseconds)
    {
        await using var stage = await Stage.StartAsync();
        await stage.ApplyAsync(Bound);
        await stage.UntilAsync(() => stage.OurEnis.Count > 0, "the first ENI is there");
        await Task.Delay(TimeSpan.FromMilliseconds(milliseconds), TimeProvider.System, Stage.Stop);

        await stage.StopControllerAsync();
        await stage.StopManagerAsync(stage.Nodes[0]);
        stage.StartController();
        stage.StartManager(stage.Nodes[0]);
        await stage.UntilReadyAsync("fleet", 2);

        Assert.Equal(2, stage.OurEnis.Select(row => row.Tags["Node"]).Distinct().Count());
        Assert.Equal(2, stage.OurEnis.Count);
        await stage.DeleteNodeEniAsync("fleet");
        await stage.UntilAsync(
            async () => (await stage.AttachmentsAsync("fleet")).Any(attachment => attachment.Metadata.IsBeingDeleted),
            "the end begins"
        );
        await stage.StopControllerAsync();
        await stage.StopManagerAsync(stage.Nodes[1]);
        stage.StartManager(stage.Nodes[1]);
        stage.StartController();
        await stage.UntilGoneAsync("fleet");
        await stage.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task A_restarted_manager_adopts_the_bound_device_and_touches_nothing()
    {
        await using var stage = await Stage.StartAsync(new StageOptions { Nodes = 1 });
        await stage.ApplyAsync(Bound);
        await stage.UntilReadyAsync("fleet", 1);
        var node = stage.Nodes[0];
        var file = await stage.PluginFileAsync(node);
        await stage.ApplyAsync(Manifests.Pod("packet-mill", Manifests.Resource));
        await stage.UntilAsync(async () => await stage.PodPhaseAsync("packet-mill") == "Running", "the pod runs");

        await stage.StopManagerAsync(node);
        stage.StartManager(node);
        await stage.ApplyAsync(Manifests.NodeEni("later", "deviceIndex: 3"));
        await stage.UntilReadyAsync("later", 1);

        var attachment = Assert.Single(await stage.AttachmentsAsync("fleet"));
        Assert.Equal("vfio-pci", stage.Device(attachment).Driver);
        Assert.True(stage.Device(attachment).Held);
        Assert.Equal(file, await stage.PluginFileAsync(node));
        Assert.True((await stage.NodeEniAsync("fleet"))!.Status!.Conditions.IsTrue(ConditionTypes.Ready));
    }

    [Fact]
    public async Task A_rebooted_node_is_bound_and_offered_again()
    {
        await using var stage = await Stage.StartAsync(new StageOptions { Nodes = 1 });
        await stage.ApplyAsync(Bound);
        await stage.UntilReadyAsync("fleet", 1);
        var node = stage.Nodes[0];
        var before = Assert.Single(await stage.AttachmentsAsync("fleet"));

        await stage.StopManagerAsync(node);
        await stage.Cluster.RebootNodeAsync(node, Stage.Stop);
        Assert.Equal("ena", stage.Device(before).Driver);
        stage.StartManager(node);
        await stage.UntilAsync(
            async () =>
                (await stage.AttachmentsAsync("fleet")).Single().Status is { Device: { Advertised: true } device } status
                && device.BootId == stage.Cluster.Host(node).BootId
                && status.Conditions.IsTrue(ConditionTypes.Ready),
            "the device is offered in the new boot"
        );

        var after = Assert.Single(await stage.AttachmentsAsync("fleet"));
        Assert.Equal("vfio-pci", stage.Device(after).Driver);
        Assert.Equal(before.Status!.Network!.EniId, after.Status!.Network!.EniId);
        await stage.UntilAsync(async () => await stage.AllocatableAsync(node, Manifests.Resource) == "1", "the node offers the device");
        await stage.DeleteNodeEniAsync("fleet");
        await stage.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task A_second_controller_takes_over_when_the_leader_stops()
    {
        await using var stage = await Stage.StartAsync(
            new StageOptions { Acceleration = 5, Controller = settings => settings with { LeaderElection = true } }
        );
        await stage.ApplyAsync(Manifests.NodeEni("first"));
        await stage.UntilReadyAsync("first", 2);
        stage.StartController("standby");

        await stage.StopControllerAsync();
        await stage.ApplyAsync(Manifests.NodeEni("second", "deviceIndex: 2"));
        await stage.UntilReadyAsync("second", 2);

        Assert.Equal(4, stage.OurEnis.Count);
        await stage.DeleteNodeEniAsync("first");
        await stage.DeleteNodeEniAsync("second");
        await stage.AssertNothingLeftAsync();
    }
}
