using MultiEni.Controller.Ec2;
using MultiEni.Controller.Ec2.Inventory;

namespace MultiEni.Controller.Tests.Ec2.Inventory;

/// <summary>
/// What the Go controller left is found by the first sweep and by no other, and becomes ours by its
/// tags.
/// </summary>
public sealed class UnclaimedEnisTests
{
    private static CancellationToken Ct => Ec2World.Ct;

    [Fact]
    public async Task An_ENI_that_the_Go_controller_left_is_found_by_instance_NodeENI_and_subnet()
    {
        await using var world = await Ec2World.StartAsync();
        var left = await LeaveAsync(world, "multus");
        using var inventory = world.NewInventory();

        await inventory.FirstSweepAsync(Ct);

        Assert.Empty(inventory.Rows());
        Assert.Equal(left.EniId, inventory.FindUnclaimed(world.Instance.ToString(), "multus", world.Subnet)?.EniId);
        Assert.Null(inventory.FindUnclaimed(world.Instance.ToString(), "other", world.Subnet));
        Assert.Null(inventory.FindUnclaimed("i-0b", "multus", world.Subnet));
        Assert.Null(inventory.FindUnclaimed(world.Instance.ToString(), "multus", "subnet-b"));
    }

    [Fact]
    public async Task Only_attached_ENIs_without_any_clusters_tag_are_unclaimed()
    {
        await using var world = await Ec2World.StartAsync();
        await world.Client.CreateAsync(world.Request("loose") with { Tags = GoTags("multus") }, CallPriority.Create, Ct);
        await LeaveAsync(world, "multus", new() { [EniTags.Cluster] = "other" });
        using var inventory = world.NewInventory();

        await inventory.FirstSweepAsync(Ct);

        Assert.Empty(inventory.Rows());
        Assert.Null(inventory.FindUnclaimed(world.Instance.ToString(), "multus", world.Subnet));
    }

    /// <summary>The tags of a launch template are on every interface of the instance.</summary>
    [Fact]
    public async Task The_primary_interface_is_nobodys_leftover_whatever_its_tags_say()
    {
        await using var world = await Ec2World.StartAsync();
        var primary = world.Simulator.World.NetworkInterfacesOf(world.Instance.ToString()).Single();
        Assert.True(world.Simulator.World.TryChange(primary.Id, eni => eni with { Tags = GoTags("multus") }));
        world.Time.Advance(TimeSpan.FromMinutes(1));
        using var inventory = world.NewInventory();

        await inventory.FirstSweepAsync(Ct);

        Assert.Equal(0, inventory.Unclaimed);
        Assert.Null(inventory.FindUnclaimed(world.Instance.ToString(), "multus", primary.SubnetId));
    }

    [Fact]
    public async Task Adopting_is_one_tag_call_after_which_the_slot_has_the_ENI()
    {
        await using var world = await Ec2World.StartAsync();
        await LeaveAsync(world, "multus");
        using var inventory = world.NewInventory();
        await inventory.FirstSweepAsync(Ct);
        var left = inventory.FindUnclaimed(world.Instance.ToString(), "multus", world.Subnet)!;

        await world.Client.AdoptAsync(left, Rows.Tags("a"), CallPriority.AttachUnready, Ct);

        Assert.Equal(left.EniId, Assert.Single(inventory.FindBySlot("a")).EniId);
        Assert.Null(inventory.FindUnclaimed(world.Instance.ToString(), "multus", world.Subnet));
        await inventory.SweepAsync(Ct);
        var row = Assert.Single(inventory.FindBySlot("a"));
        Assert.Equal("multus", row.Tags[EniTags.NodeEni]);
    }

    [Fact]
    public async Task EC2_is_asked_by_ID_before_an_ENI_of_the_first_sweep_is_adopted()
    {
        await using var world = await Ec2World.StartAsync();
        var left = await LeaveAsync(world, "multus");
        using var inventory = world.NewInventory();
        await inventory.FirstSweepAsync(Ct);
        var row = inventory.FindUnclaimed(world.Instance.ToString(), "multus", world.Subnet)!;
        Assert.True(await ConfirmAsync(world, inventory, row));

        world.Simulator.World.Terminate(world.Instance.ToString());
        world.Time.Advance(TimeSpan.FromMinutes(5));

        Assert.False(await ConfirmAsync(world, inventory, row));
        Assert.Null(inventory.FindUnclaimed(world.Instance.ToString(), "multus", world.Subnet));
        Assert.Equal(left.EniId, row.EniId);
    }

    [Fact]
    public async Task One_that_was_adopted_by_a_call_whose_answer_was_lost_is_known_as_the_slots()
    {
        await using var world = await Ec2World.StartAsync();
        await LeaveAsync(world, "multus");
        using var inventory = world.NewInventory();
        await inventory.FirstSweepAsync(Ct);
        var row = inventory.FindUnclaimed(world.Instance.ToString(), "multus", world.Subnet)!;
        Assert.True(
            world.Simulator.World.TryChange(
                row.EniId,
                eni => eni with { Tags = eni.Tags.Concat(Rows.Tags("a")).DistinctBy(tag => tag.Key).ToDictionary() }
            )
        );

        Assert.False(await ConfirmAsync(world, inventory, row));

        Assert.Equal(row.EniId, Assert.Single(inventory.FindBySlot("a")).EniId);
    }

    [Fact]
    public async Task Unclaimed_ENIs_that_are_gone_are_forgotten_and_a_repeated_sweep_adds_no_duplicate()
    {
        await using var world = await Ec2World.StartAsync();
        await LeaveAsync(world, "multus");
        using var inventory = world.NewInventory();
        await inventory.FirstSweepAsync(Ct);
        await inventory.FirstSweepAsync(Ct);
        Assert.Equal(1, inventory.Unclaimed);
        var calls = world.Simulator.Counters.Snapshot()["DescribeNetworkInterfaces"].Total;

        await inventory.RefreshUnclaimedAsync(Ct);
        Assert.Equal(calls, world.Simulator.Counters.Snapshot()["DescribeNetworkInterfaces"].Total);
        world.Simulator.World.Terminate(world.Instance.ToString());
        world.Time.Advance(TimeSpan.FromHours(1));
        await inventory.RefreshUnclaimedAsync(Ct);

        Assert.Equal(0, inventory.Unclaimed);
    }

    private static async Task<bool> ConfirmAsync(Ec2World world, EniInventory inventory, EniRow row)
    {
        var asked = inventory.ConfirmUnclaimedAsync(row, Ct);
        world.Time.Advance(TimeSpan.FromSeconds(2));
        return await asked;
    }

    private static async Task<EniRow> LeaveAsync(Ec2World world, string nodeEni, Dictionary<string, string>? more = null)
    {
        var tags = new Dictionary<string, string>(GoTags(nodeEni).Concat(more ?? []));
        var created = await world.Client.CreateAsync(world.Request("left") with { Tags = tags }, CallPriority.Create, Ct);
        await world.Client.AttachAsync(EniId.Parse(created.EniId), world.Instance, 1, 0, AttachmentSettings.Default, CallPriority.AttachUnready, Ct);
        world.Time.Advance(TimeSpan.FromMinutes(1));
        return created;
    }

    private static Dictionary<string, string> GoTags(string nodeEni) =>
        new()
        {
            ["NodeENI"] = nodeEni,
            ["Node"] = "node-1",
            [EniTags.ManagedBy] = EniTags.Owner,
            [EniTags.NoManage] = "true",
        };
}
