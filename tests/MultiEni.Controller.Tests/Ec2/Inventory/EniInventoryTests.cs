using System.Collections.Concurrent;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.Ec2.Failures;
using MultiEni.Controller.Ec2.Inventory;
using MultiEni.Simulator.Ec2;
using static MultiEni.Controller.Ec2.Ec2Actions;

namespace MultiEni.Controller.Tests.Ec2.Inventory;

/// <summary>The inventory over HTTP against a simulated account.</summary>
public sealed class EniInventoryTests
{
    private static CancellationToken Ct => Ec2World.Ct;

    [Fact]
    public async Task Our_own_calls_are_known_without_a_question()
    {
        await using var world = await Ec2World.StartAsync(options =>
            options with
            {
                Latencies = Ec2Latencies.None with { Attach = TimeSpan.FromSeconds(3) },
            }
        );
        using var inventory = world.NewInventory();
        var changed = new ConcurrentQueue<string>();
        using var changes = inventory.Changes.Subscribe(changed.Enqueue);

        var eni = await world.CreateAsync("a");
        await world.Client.AttachAsync(EniId.Parse(eni.EniId), world.Instance, 1, 0, AttachmentSettings.Default, CallPriority.AttachUnready, Ct);

        Assert.Equal(eni.EniId, Assert.Single(inventory.FindBySlot("a")).EniId);
        Assert.Equal(EniStates.Attaching, Assert.Single(inventory.FindByInstance(world.Instance.ToString())).Attachment!.Status);
        Assert.Equal(["a", "a"], changed);
        Assert.Equal(0, world.Simulator.Counters.Snapshot()[DescribeNetworkInterfaces].Total);
    }

    [Fact]
    public async Task A_sweep_finds_our_ENIs_only()
    {
        await using var world = await Ec2World.StartAsync();
        await world.CreateAsync("a");
        await world.Client.CreateAsync(
            world.Request("b") with
            {
                Tags = new Dictionary<string, string> { [EniTags.Cluster] = "other" },
            },
            CallPriority.Create,
            Ct
        );
        using var inventory = world.NewInventory();
        Assert.False(inventory.Swept);

        await inventory.SweepAsync(Ct);

        Assert.True(inventory.Swept);
        Assert.Equal("a", Assert.Single(inventory.Rows()).Slot);
        Assert.Equal(1, world.Simulator.Counters.Snapshot()[DescribeNetworkInterfaces].Total);
    }

    [Fact]
    public async Task The_poll_runs_only_while_something_is_in_transition()
    {
        await using var world = await Ec2World.StartAsync(options =>
            options with
            {
                Latencies = Ec2Latencies.None with { Attach = TimeSpan.FromSeconds(3) },
            }
        );
        using var inventory = world.NewInventory();
        var eni = EniId.Parse((await world.CreateAsync("a")).EniId);
        await inventory.PollAsync(Ct);
        var before = Describes(world);
        await inventory.PollAsync(Ct);
        Assert.Equal(before, Describes(world));

        await world.Client.AttachAsync(eni, world.Instance, 1, 0, AttachmentSettings.Default, CallPriority.AttachUnready, Ct);
        await inventory.PollAsync(Ct);
        Assert.Equal(before + 1, Describes(world));
        Assert.Equal(EniStates.Attaching, inventory.Find(eni.ToString())!.Attachment!.Status);

        world.Time.Advance(TimeSpan.FromSeconds(3));
        await EventuallyAsync(() => world.Simulator.World.FindNetworkInterface(eni.ToString())!.Attachment!.Status == AttachmentStatus.Attached);
        await inventory.PollAsync(Ct);
        Assert.Equal(EniStates.Attached, inventory.Find(eni.ToString())!.Attachment!.Status);
        await inventory.PollAsync(Ct);
        Assert.Equal(before + 2, Describes(world));
    }

    [Fact]
    public async Task The_running_poll_wakes_by_itself_and_tells_the_slot()
    {
        await using var world = await Ec2World.StartAsync(options =>
            options with
            {
                Latencies = Ec2Latencies.None with { Attach = TimeSpan.FromSeconds(3) },
            }
        );
        using var inventory = world.NewInventory();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var running = inventory.RunAsync(stop.Token);
        var eni = EniId.Parse((await world.CreateAsync("a")).EniId);
        await world.Client.AttachAsync(eni, world.Instance, 1, 0, AttachmentSettings.Default, CallPriority.AttachUnready, Ct);
        var attached = new TaskCompletionSource<string>();
        using var changes = inventory.Changes.Subscribe(key =>
        {
            if (inventory.Find(eni.ToString())?.Attachment?.Status == EniStates.Attached)
            {
                attached.TrySetResult(key);
            }
        });

        await EventuallyAsync(() =>
        {
            world.Time.Advance(TimeSpan.FromSeconds(1));
            return attached.Task.IsCompleted;
        });

        Assert.Equal("a", await attached.Task);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task An_ENI_whose_create_was_not_answered_is_found_by_its_slot()
    {
        await using var world = await Ec2World.StartAsync();
        using var inventory = world.NewInventory();
        await inventory.SweepAsync(Ct);
        world.Simulator.Faults.LoseNextAnswers(CreateNetworkInterface, 1);
        await Assert.ThrowsAsync<Ec2CallException>(() => world.CreateAsync("a"));
        Assert.IsType<Presence.AbsentWithinGrace>(inventory.PresenceOfSlot("a"));

        world.Time.Advance(TimeSpan.FromSeconds(6));
        await inventory.PollAsync(Ct);

        Assert.IsType<Presence.Present>(inventory.PresenceOfSlot("a"));
    }

    [Fact]
    public async Task A_create_that_never_arrived_is_proven_absent_after_the_grace_time()
    {
        await using var world = await Ec2World.StartAsync();
        using var inventory = world.NewInventory();
        await inventory.SweepAsync(Ct);
        world.Simulator.Faults.LoseNextRequests(CreateNetworkInterface, 1);
        await Assert.ThrowsAsync<Ec2CallException>(() => world.CreateAsync("a"));

        await inventory.RefreshSlotsAsync(["a"], Ct);
        Assert.IsType<Presence.AbsentWithinGrace>(inventory.PresenceOfSlot("a"));
        world.Time.Advance(TimeSpan.FromSeconds(30));
        await inventory.RefreshSlotsAsync(["a"], Ct);
        Assert.IsType<Presence.Absent>(inventory.PresenceOfSlot("a"));
    }

    [Fact]
    public async Task A_refused_create_leaves_the_slot_empty_for_certain()
    {
        await using var world = await Ec2World.StartAsync();
        using var inventory = world.NewInventory();
        await inventory.SweepAsync(Ct);
        world.Simulator.Faults.FailNext(CreateNetworkInterface, 1, "InsufficientFreeAddressesInSubnet");

        await Assert.ThrowsAsync<Ec2CallException>(() => world.CreateAsync("a"));

        Assert.IsType<Presence.Absent>(inventory.PresenceOfSlot("a"));
    }

    [Fact]
    public async Task Descriptions_that_lag_behind_our_calls_do_not_mislead()
    {
        await using var world = await Ec2World.StartAsync();
        using var inventory = world.NewInventory();
        world.Simulator.Faults.StaleReads = TimeSpan.FromSeconds(10);
        var eni = EniId.Parse((await world.CreateAsync("a")).EniId);
        await inventory.SweepAsync(Ct);
        Assert.IsType<Presence.AbsentWithinGrace>(inventory.PresenceOf(eni.ToString()));
        Assert.Single(inventory.FindBySlot("a"));

        world.Time.Advance(TimeSpan.FromSeconds(11));
        await inventory.SweepAsync(Ct);
        Assert.IsType<Presence.Present>(inventory.PresenceOf(eni.ToString()));
        await world.Client.AttachAsync(eni, world.Instance, 1, 0, AttachmentSettings.Default, CallPriority.AttachUnready, Ct);
        await inventory.SweepAsync(Ct);
        Assert.Equal(EniStates.Attaching, inventory.Find(eni.ToString())!.Attachment!.Status);
        world.Time.Advance(TimeSpan.FromSeconds(11));
        await inventory.SweepAsync(Ct);
        Assert.Equal(EniStates.Attached, inventory.Find(eni.ToString())!.Attachment!.Status);
    }

    [Fact]
    public async Task Occupancy_shows_foreign_ENIs_in_one_call_for_many_nodes_and_is_remembered()
    {
        await using var world = await Ec2World.StartAsync();
        using var inventory = world.NewInventory();
        var other = InstanceId.Parse(world.Simulator.World.RunInstance("m5.large", world.Subnet));
        var foreign = EniId.Parse(
            (await world.Client.CreateAsync(world.Request("x") with { Tags = new Dictionary<string, string>() }, CallPriority.Create, Ct)).EniId
        );
        await world.Client.AttachAsync(foreign, world.Instance, 1, 0, AttachmentSettings.Default, CallPriority.AttachUnready, Ct);

        var both = Task.WhenAll(inventory.OccupancyAsync(world.Instance, Ct), inventory.OccupancyAsync(other, Ct));
        world.Time.Advance(TimeSpan.FromMilliseconds(100));
        var answers = await both;

        Assert.Equal([(0, false), (1, false)], answers[0].Select(slot => (slot.DeviceIndex, slot.Ours)));
        Assert.Equal([0], answers[1].Select(slot => slot.DeviceIndex));
        Assert.Equal(1, Describes(world));

        var ours = EniId.Parse((await world.CreateAsync("a")).EniId);
        await world.Client.AttachAsync(ours, world.Instance, 2, 0, AttachmentSettings.Default, CallPriority.AttachUnready, Ct);
        Assert.Equal(
            [(0, false), (1, false), (2, true)],
            (await inventory.OccupancyAsync(world.Instance, Ct)).Select(slot => (slot.DeviceIndex, slot.Ours))
        );
        Assert.Equal(1, Describes(world));

        inventory.ForgetOccupancy(world.Instance);
        var again = inventory.OccupancyAsync(world.Instance, Ct);
        world.Time.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Equal(3, (await again).Count);
        Assert.Equal(2, Describes(world));
    }

    private static int Describes(Ec2World world) => world.Simulator.Counters.Snapshot()[DescribeNetworkInterfaces].Total;

    private static async Task EventuallyAsync(Func<bool> condition)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(30), "The condition did not come true.");
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, Ct);
        }
    }
}
