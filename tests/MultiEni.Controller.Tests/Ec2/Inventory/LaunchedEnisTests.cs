using MultiEni.Api.EniAttachments;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.Ec2.Failures;
using MultiEni.Controller.Ec2.Inventory;

namespace MultiEni.Controller.Tests.Ec2.Inventory;

/// <summary>
/// ENIs that a launch template attached are recognised by a reading of their instance, taken by one
/// tag call and given up by another.
/// </summary>
public sealed class LaunchedEnisTests
{
    private const string Fits = "what fits";

    private static readonly Dictionary<string, Func<EniRow, EniRow>> Variants = new()
    {
        [Fits] = row => row,
        ["for this NodeENI"] = row => Tag(row, EniTags.NodeEni, "multus"),
        ["still attaching"] = row => At(row, at => at with { Status = EniStates.Attaching }),
        ["with IPv6 alone"] = row => row with { PrivateIps = [], Ipv6Addresses = ["2001:db8::1"] },
        ["the primary interface"] = row => At(row, at => at with { DeviceIndex = 0 }),
        ["another subnet"] = row => row with { SubnetId = "subnet-b" },
        ["another network card"] = row => At(row, at => at with { NetworkCardIndex = 1 }),
        ["another instance"] = row => At(row, at => at with { InstanceId = "i-2" }),
        ["for another NodeENI"] = row => Tag(row, EniTags.NodeEni, "other"),
        ["without the owner tag"] = row => Untag(row, EniTags.ManagedBy),
        ["with another owner"] = row => Tag(row, EniTags.ManagedBy, "somebody"),
        ["not kept from the VPC CNI"] = row => Untag(row, EniTags.NoManage),
        ["the VPC CNI's"] = row => Tag(Untag(Untag(row, EniTags.NoManage), EniTags.ManagedBy), "node.k8s.amazonaws.com/instance_id", "i-1"),
        ["of a cluster"] = row => Tag(row, EniTags.Cluster, "other"),
        ["adopted"] = row => Tag(row, EniTags.Adopted, "true"),
        ["without address, for EFA alone"] = row => row with { PrivateIps = [] },
        ["being detached"] = row => At(row, at => at with { Status = EniStates.Detaching }),
        ["detached"] = row => row with { Attachment = null },
    };

    public static TheoryData<string, bool> Rows => [.. Variants.Keys.Select((name, position) => new TheoryDataRow<string, bool>(name, position < 4))];

    private static CancellationToken Ct => Ec2World.Ct;

    [Theory]
    [MemberData(nameof(Rows))]
    public void An_ENI_is_adopted_only_if_everything_fits(string name, bool fits)
    {
        var row = Variants[name](Launched("eni-1", 1));

        Assert.Equal(fits, LaunchedEnis.For(Spec(), [row]) is not null);
        Assert.Equal(fits, LaunchedEnis.Fits(Spec(), row));
    }

    [Fact]
    public void Index_0_of_another_network_card_is_not_the_primary_interface() =>
        Assert.NotNull(LaunchedEnis.For(Spec(s => s.NetworkCardIndex = 1), [At(Launched("eni-1", 0), at => at with { NetworkCardIndex = 1 })]));

    [Fact]
    public void Of_several_the_preferred_index_comes_first_then_the_lowest()
    {
        EniRow[] rows = [Launched("eni-c", 3), Launched("eni-b", 2), Launched("eni-d", 4)];

        Assert.Equal("eni-c", LaunchedEnis.For(Spec(s => s.DeviceIndex = 3), rows)?.EniId);
        Assert.Equal("eni-b", LaunchedEnis.For(Spec(s => s.DeviceIndex = 9), rows)?.EniId);
        Assert.Null(LaunchedEnis.For(Spec(), []));
    }

    [Fact]
    public async Task The_reading_of_device_indexes_shows_them_without_another_call()
    {
        await using var world = await Ec2World.StartAsync();
        var launched = await LaunchAsync(world);
        using var inventory = world.NewInventory();
        await inventory.FirstSweepAsync(Ct);
        var calls = Describes(world);

        Assert.Contains(await OccupancyAsync(world, inventory), slot => slot.EniId == launched);
        Assert.Equal(launched, Assert.Single(await inventory.LaunchedAsync(world.Instance, Ct)).EniId);

        Assert.Equal(calls + 1, Describes(world));
    }

    [Fact]
    public async Task One_that_is_adopted_is_the_slots_and_released_it_can_be_adopted_again()
    {
        await using var world = await Ec2World.StartAsync();
        var launched = await LaunchAsync(world);
        using var inventory = world.NewInventory();
        await inventory.FirstSweepAsync(Ct);
        await OccupancyAsync(world, inventory);
        var row = Assert.Single(await inventory.LaunchedAsync(world.Instance, Ct));

        await world.Client.AdoptAsync(row, Adoption("a"), CallPriority.AttachUnready, Ct);

        var adopted = Assert.Single(inventory.FindBySlot("a"));
        Assert.True(adopted.Adopted);
        Assert.Empty(await inventory.LaunchedAsync(world.Instance, Ct));

        await world.Client.ReleaseAsync(adopted, EniTags.OfAdoption, CallPriority.DetachAndDelete, Ct);

        Assert.Empty(inventory.FindBySlot("a"));
        Assert.Empty(inventory.Rows());
        var now = world.Simulator.World.FindNetworkInterface(launched)!;
        Assert.NotNull(now.Attachment);
        Assert.DoesNotContain(now.Tags, tag => EniTags.OfAdoption.Contains(tag.Key));
        Assert.Equal(EniTags.Owner, now.Tags[EniTags.ManagedBy]);
        // What takes the index is not ours any more, and is there all the same.
        Assert.Contains(await OccupancyAsync(world, inventory), slot => slot.EniId == launched);
        Assert.Equal(launched, Assert.Single(await inventory.LaunchedAsync(world.Instance, Ct)).EniId);
    }

    [Fact]
    public async Task What_EC2_still_shows_of_the_tags_after_a_release_is_not_believed()
    {
        await using var world = await Ec2World.StartAsync();
        var launched = await LaunchAsync(world);
        using var inventory = world.NewInventory();
        await inventory.FirstSweepAsync(Ct);
        await OccupancyAsync(world, inventory);
        await world.Client.AdoptAsync((await inventory.LaunchedAsync(world.Instance, Ct))[0], Adoption("a"), CallPriority.AttachUnready, Ct);
        await world.Client.ReleaseAsync(inventory.FindBySlot("a")[0], EniTags.OfAdoption, CallPriority.DetachAndDelete, Ct);
        Retag(world, launched, Adoption("a"));

        await inventory.SweepAsync(Ct);
        Assert.Empty(inventory.FindBySlot("a"));
        var occupancy = await OccupancyAsync(world, inventory);
        Assert.Contains(occupancy, slot => slot.EniId == launched);
        var row = Assert.Single(await inventory.LaunchedAsync(world.Instance, Ct));
        Assert.True(await ConfirmAsync(world, inventory, row));
        await world.Client.AdoptAsync(row, Adoption("b"), CallPriority.AttachUnready, Ct);
        Retag(world, launched, Adoption("b"), without: EniTags.OfAdoption);

        // Nor that it has not those that it was given since.
        await inventory.PollAsync(Ct);
        Assert.Equal(launched, Assert.Single(inventory.FindBySlot("b")).EniId);
    }

    /// <summary>
    /// An attachment that is deleted at that moment must not go before the tags are taken off.
    /// </summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task After_an_adoption_without_an_answer_the_slot_is_not_empty_until_EC2_proves_it(bool refused)
    {
        await using var world = await Ec2World.StartAsync();
        var launched = await LaunchAsync(world);
        using var inventory = world.NewInventory();
        await inventory.FirstSweepAsync(Ct);
        await OccupancyAsync(world, inventory);
        var row = Assert.Single(await inventory.LaunchedAsync(world.Instance, Ct));
        if (refused)
        {
            world.Simulator.Faults.FailNext("CreateTags", 1, "TagPolicyViolation");
        }
        else
        {
            world.Simulator.Faults.LoseNextAnswers("CreateTags", 1);
        }

        await Assert.ThrowsAsync<Ec2CallException>(() => world.Client.AdoptAsync(row, Adoption("a"), CallPriority.AttachUnready, Ct));

        Assert.Equal(refused, inventory.PresenceOfSlot("a") is Presence.Absent);
        await inventory.RefreshSlotsAsync(["a"], Ct);
        Assert.Equal(refused ? [] : [launched], inventory.FindBySlot("a").Select(eni => eni.EniId));
    }

    [Fact]
    public async Task One_that_another_controller_took_since_it_was_read_is_not_adopted()
    {
        await using var world = await Ec2World.StartAsync();
        var launched = await LaunchAsync(world);
        using var inventory = world.NewInventory();
        await inventory.FirstSweepAsync(Ct);
        await OccupancyAsync(world, inventory);
        var row = Assert.Single(await inventory.LaunchedAsync(world.Instance, Ct));
        Assert.True(await ConfirmAsync(world, inventory, row));
        Retag(world, launched, new Dictionary<string, string> { [EniTags.Cluster] = "other" });

        Assert.False(await ConfirmAsync(world, inventory, row));

        Assert.Empty(await inventory.LaunchedAsync(world.Instance, Ct));
    }

    [Fact]
    public async Task One_that_was_adopted_by_a_call_whose_answer_was_lost_is_known_as_the_slots()
    {
        await using var world = await Ec2World.StartAsync();
        var launched = await LaunchAsync(world);
        using var inventory = world.NewInventory();
        await inventory.FirstSweepAsync(Ct);
        await OccupancyAsync(world, inventory);
        var row = Assert.Single(await inventory.LaunchedAsync(world.Instance, Ct));
        Retag(world, launched, Adoption("a"));

        Assert.False(await ConfirmAsync(world, inventory, row));

        Assert.Equal(launched, Assert.Single(inventory.FindBySlot("a")).EniId);
    }

    [Fact]
    public async Task One_that_a_predecessor_adopted_after_the_sweep_is_known_as_the_slots_by_the_reading_of_its_instance()
    {
        await using var world = await Ec2World.StartAsync();
        var launched = await LaunchAsync(world);
        using var inventory = world.NewInventory();
        await inventory.FirstSweepAsync(Ct);
        Retag(world, launched, Adoption("a"));
        await OccupancyAsync(world, inventory);
        Assert.Empty(inventory.FindBySlot("a"));

        Assert.Empty(await inventory.LaunchedAsync(world.Instance, Ct));
        Assert.Equal(launched, Assert.Single(inventory.FindBySlot("a")).EniId);

        // Not what the reading still shows of one that was released since.
        await world.Client.ReleaseAsync(inventory.FindBySlot("a")[0], EniTags.OfAdoption, CallPriority.DetachAndDelete, Ct);
        Retag(world, launched, Adoption("a"));
        await OccupancyAsync(world, inventory);
        await inventory.LaunchedAsync(world.Instance, Ct);
        Assert.Empty(inventory.FindBySlot("a"));
    }

    private static int Describes(Ec2World world) => (int)world.Simulator.Counters.Snapshot()["DescribeNetworkInterfaces"].Total;

    private static async Task<IReadOnlyList<DeviceSlot>> OccupancyAsync(Ec2World world, EniInventory inventory)
    {
        var asked = inventory.OccupancyAsync(world.Instance, Ct);
        world.Time.Advance(TimeSpan.FromSeconds(1));
        return await asked;
    }

    private static async Task<bool> ConfirmAsync(Ec2World world, EniInventory inventory, EniRow row)
    {
        var asked = inventory.ConfirmLaunchedAsync(row, LaunchedEnis.IsFree, Ct);
        world.Time.Advance(TimeSpan.FromSeconds(1));
        return await asked;
    }

    private static async Task<string> LaunchAsync(Ec2World world)
    {
        var tags = new Dictionary<string, string> { [EniTags.ManagedBy] = EniTags.Owner, [EniTags.NoManage] = "true" };
        var created = await world.Client.CreateAsync(world.Request("launched") with { Tags = tags }, CallPriority.Create, Ct);
        await world.Client.AttachAsync(EniId.Parse(created.EniId), world.Instance, 1, 0, AttachmentSettings.Default, CallPriority.AttachUnready, Ct);
        world.Time.Advance(TimeSpan.FromMinutes(1));
        return created.EniId;
    }

    private static void Retag(Ec2World world, string eni, IReadOnlyDictionary<string, string> tags, IReadOnlyList<string>? without = null) =>
        Assert.True(
            world.Simulator.World.TryChange(
                eni,
                row =>
                    row with
                    {
                        Tags = tags.Concat(row.Tags).DistinctBy(tag => tag.Key).Where(tag => without?.Contains(tag.Key) != true).ToDictionary(),
                    }
            )
        );

    private static Dictionary<string, string> Adoption(string slot) =>
        new()
        {
            [EniTags.Cluster] = Tests.Ec2.Rows.Cluster,
            [EniTags.Slot] = slot,
            [EniTags.Adopted] = "true",
        };

    private static EniAttachmentSpec Spec(Action<EniAttachmentSpec>? change = null) => A.Attachment(spec: change).Spec!;

    private static EniRow Launched(string id, int index) =>
        A.Row(id, A.Attached(index: index)) with
        {
            Tags = new Dictionary<string, string> { [EniTags.ManagedBy] = EniTags.Owner, [EniTags.NoManage] = "true" },
        };

    private static EniRow At(EniRow row, Func<EniAttachmentRow, EniAttachmentRow> change) => row with { Attachment = change(row.Attachment!) };

    private static EniRow Tag(EniRow row, string key, string value) => row with { Tags = new Dictionary<string, string>(row.Tags) { [key] = value } };

    private static EniRow Untag(EniRow row, string key) => row with { Tags = row.Tags.Where(tag => tag.Key != key).ToDictionary() };
}
