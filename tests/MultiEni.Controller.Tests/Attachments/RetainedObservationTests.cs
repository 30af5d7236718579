using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Api.NodeEnis;
using MultiEni.Controller.Attachments;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.Ec2.Inventory;
using MultiEni.Controller.Kubernetes;
using MultiEni.Controller.Networks;
using MultiEni.Controller.Tests.Ec2;

namespace MultiEni.Controller.Tests.Attachments;

/// <summary>What an attachment that claims a retained ENI is shown, and what the others are.</summary>
public sealed class RetainedObservationTests
{
    private static CancellationToken Ct => Ec2World.Ct;

    [Fact]
    public async Task A_retained_ENI_is_offered_to_the_attachment_that_claims_it_once_an_absence_counts()
    {
        await using var world = await Ec2World.StartAsync();
        var row = await RetainedAsync(world, "former");
        using var stand = new Stand(world, Attachment("new", world.Subnet, row.EniId));
        await stand.Inventory.FirstSweepAsync(Ct);

        // A predecessor may have made an ENI for the slot a moment ago.
        Assert.IsType<SlotObservation.AbsentForNow>((await stand.ObserveAsync("new")).Slot);

        world.Time.Advance(TimeSpan.FromSeconds(31));
        await stand.Inventory.SweepAsync(Ct);
        var seen = await stand.ObserveAsync("new");
        Assert.IsType<SlotObservation.Absent>(seen.Slot);
        Assert.Equal(row.EniId, seen.Retained?.EniId);
    }

    [Fact]
    public async Task Nothing_is_created_beside_what_a_predecessor_may_have_adopted_a_moment_ago()
    {
        await using var world = await Ec2World.StartAsync();
        using var stand = new Stand(
            world,
            Attachment("plain", world.Subnet),
            Attachment("adopting", world.Subnet, change: spec => spec.Adopt = true)
        );
        await stand.Inventory.FirstSweepAsync(Ct);

        // A create call is repeated with its token; tags have none.
        Assert.IsType<SlotObservation.Absent>((await stand.ObserveAsync("plain")).Slot);
        Assert.IsType<SlotObservation.AbsentForNow>((await stand.ObserveAsync("adopting")).Slot);

        await stand.SettleAsync();
        Assert.IsType<SlotObservation.Absent>((await stand.ObserveAsync("adopting")).Slot);
    }

    [Fact]
    public async Task One_of_another_NodeENI_or_with_another_address_is_not_offered()
    {
        await using var world = await Ec2World.StartAsync();
        var row = await RetainedAsync(world, "former");
        var other = await RetainedAsync(world, "others", nodeEni: "other");
        using var stand = new Stand(
            world,
            Attachment("a", world.Subnet, other.EniId),
            Attachment("b", world.Subnet, row.EniId, spec => spec.PrivateIpAddress = "10.0.0.250"),
            Attachment("c", "subnet-9", row.EniId)
        );
        await stand.SettleAsync();

        foreach (var name in new[] { "a", "b", "c" })
        {
            var seen = await stand.ObserveAsync(name);
            Assert.IsType<SlotObservation.Absent>(seen.Slot);
            Assert.Null(seen.Retained);
        }
    }

    [Fact]
    public async Task An_ENI_that_is_claimed_from_a_slot_is_not_that_slots_until_the_claimant_has_one()
    {
        await using var world = await Ec2World.StartAsync();
        var row = await RetainedAsync(world, "back");
        using var stand = new Stand(world, Attachment("back", world.Subnet), Attachment("new", world.Subnet, row.EniId));
        await stand.SettleAsync();

        Assert.IsType<SlotObservation.AbsentForNow>((await stand.ObserveAsync("back")).Slot);
        Assert.Equal(row.EniId, (await stand.ObserveAsync("new")).Retained?.EniId);

        await world.CreateAsync("new");
        Assert.IsType<SlotObservation.Present>((await stand.ObserveAsync("back")).Slot);
    }

    [Fact]
    public async Task A_claimant_that_does_not_get_on_keeps_nobody_from_going_and_what_an_instance_has_is_its_own()
    {
        await using var world = await Ec2World.StartAsync();
        var row = await RetainedAsync(world, "back");
        using var stand = new Stand(
            world,
            A.Attachment("back", "i-0123456789abcdef0", spec => spec.SubnetId = world.Subnet, deleting: true),
            Attachment("new", world.Subnet, row.EniId)
        );
        await stand.SettleAsync();
        Assert.IsType<SlotObservation.Absent>((await stand.ObserveAsync("back")).Slot);

        using var somebody = world.NewClient(TimeSpan.FromSeconds(30));
        await somebody.AttachAsync(EniId.Parse(row.EniId, null), world.Instance, 1, 0, new(null, null), CallPriority.AttachUnready, Ct);
        await stand.SettleAsync();
        Assert.IsType<SlotObservation.Present>((await stand.ObserveAsync("back")).Slot);
    }

    [Fact]
    public async Task A_claimed_ENI_that_EC2_does_not_show_is_waited_for_until_that_is_certain()
    {
        await using var world = await Ec2World.StartAsync();
        var row = await RetainedAsync(world, "former");
        using var stand = new Stand(world, Attachment("new", world.Subnet, row.EniId));
        await stand.SettleAsync();
        using var somebody = world.NewClient(TimeSpan.FromSeconds(30));
        await somebody.DeleteAsync(EniId.Parse(row.EniId, null), CallPriority.DetachAndDelete, Ct);

        Assert.False(await Confirmed(stand, world, row));
        Assert.IsType<SlotObservation.AbsentForNow>((await stand.ObserveAsync("new")).Slot);

        world.Time.Advance(TimeSpan.FromSeconds(31));
        await stand.Inventory.PollAsync(Ct);
        var seen = await stand.ObserveAsync("new");
        Assert.IsType<SlotObservation.Absent>(seen.Slot);
        Assert.Null(seen.Retained);
    }

    [Fact]
    public async Task One_that_somebody_attached_since_the_last_sweep_is_not_taken()
    {
        await using var world = await Ec2World.StartAsync();
        var row = await RetainedAsync(world, "former");
        using var stand = new Stand(world, Attachment("new", world.Subnet, row.EniId));
        await stand.SettleAsync();
        Assert.True(await Confirmed(stand, world, row));

        using var somebody = world.NewClient(TimeSpan.FromSeconds(30));
        await somebody.AttachAsync(EniId.Parse(row.EniId, null), world.Instance, 1, 0, new(null, null), CallPriority.AttachUnready, Ct);

        Assert.False(await Confirmed(stand, world, row));
        Assert.Null((await stand.ObserveAsync("new")).Retained);
    }

    private static async Task<bool> Confirmed(Stand stand, Ec2World world, EniRow row)
    {
        // It is asked for together with others.
        var asked = stand.Inventory.ConfirmUnattachedAsync(row, Ct);
        while (!asked.IsCompleted)
        {
            world.Time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.WhenAny(asked, Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, Ct));
        }

        return await asked;
    }

    private static async Task<EniRow> RetainedAsync(Ec2World world, string slot, string nodeEni = "multus")
    {
        var request = world.Request(slot);
        var row = await world.Client.CreateAsync(
            request with
            {
                Tags = new Dictionary<string, string>(request.Tags) { [EniTags.NodeEni] = nodeEni },
            },
            CallPriority.Create,
            Ct
        );
        world.Time.Advance(TimeSpan.FromSeconds(5));
        return row;
    }

    private static EniAttachment Attachment(string name, string subnet, string? claim = null, Action<EniAttachmentSpec>? change = null) =>
        A.Attachment(
            name,
            "i-0123456789abcdef0",
            spec =>
            {
                (spec.SubnetId, spec.RetainedEni) = (subnet, claim);
                change?.Invoke(spec);
            }
        );

    private sealed class Stand : IDisposable
    {
        private readonly Ec2World _world;
        private readonly ClusterView _view;
        private readonly InstanceStates _instances;
        private readonly AttachmentObserver _observer;

        public Stand(Ec2World world, params EniAttachment[] attachments)
        {
            _world = world;
            var node = new Node
            {
                Metadata = new() { Name = "node-1" },
                Spec = new() { ProviderID = "aws:///us-east-1a/i-0123456789abcdef0" },
            };
            _view = new(new ListedCache<NodeEni>([]), new ListedCache<Node>([node]), new ListedCache<EniAttachment>(attachments));
            _instances = new(world.Client, world.Time);
            Inventory = world.NewInventory();
            var memory = new PodAddressMemory(world.Time);
            var catalog = new NetworkCatalog(world.Client, () => [], world.Time);
            _observer = new(
                _view,
                Inventory,
                _instances,
                new(world.Time),
                _ => null,
                new(_view, Inventory, catalog, new(world.Time), _ => 30, memory, world.Time),
                (_, _) => true,
                new(),
                world.Time
            );
        }

        public EniInventory Inventory { get; }

        public async Task SettleAsync()
        {
            _world.Time.Advance(TimeSpan.FromSeconds(31));
            await Inventory.SweepAsync(Ct);
        }

        public Task<EniObservation> ObserveAsync(string name) => _observer.ObserveAsync(_view.Attachment(name)!, withIndexes: false, Ct);

        public void Dispose()
        {
            _instances.Dispose();
            Inventory.Dispose();
        }
    }
}
