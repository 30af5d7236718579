using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Api.NodeEnis;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.Kubernetes;
using MultiEni.Controller.NodeEnis;
using MultiEni.Controller.Planning;
using MultiEni.Controller.Summary;
using MultiEni.Controller.Tests.Ec2;

namespace MultiEni.Controller.Tests.NodeEnis;

public sealed class RetainedViewTests
{
    private static readonly ConditionClaim Resolved = new(true, Reasons.AsExpected, "m");

    [Fact]
    public async Task What_no_attachment_has_is_offered_to_plans_counted_and_no_leak()
    {
        await using var world = await Ec2World.StartAsync();
        var kept = await RowAsync(world, "former", "multus");
        var used = await RowAsync(world, "present", "multus");
        var plain = await RowAsync(world, "plain", "plain");
        using var stand = await Stand.StartAsync(world, [Retaining(), A.NodeEni("plain")], [A.Attachment("present")]);

        Assert.Equal([kept], Ids(stand.View.Of(Retaining(), null)));
        Assert.Empty(stand.View.Of(A.NodeEni("plain"), null));
        Assert.True(stand.View.Keeps(stand.Row(kept)));
        Assert.False(stand.View.Keeps(stand.Row(plain)));
        var count = Assert.Single(stand.View.Counts());
        Assert.Equal((1, "multus"), (count.Value, count.Tags[0].Value));
        Assert.Equal([kept], Ids(stand.View.LeftOf(Retaining())));
        Assert.NotEqual(kept, used);
    }

    [Fact]
    public async Task What_an_attachment_claims_stays_its_own_and_is_no_leak_whatever_the_policy_is()
    {
        await using var world = await Ec2World.StartAsync();
        var claimed = await RowAsync(world, "back", "multus");
        EniAttachment[] attachments = [A.Attachment("back"), A.Attachment("new", spec: spec => spec.RetainedEni = claimed)];

        using var stand = await Stand.StartAsync(world, [Retaining()], attachments);
        using var changed = await Stand.StartAsync(world, [A.NodeEni()], attachments);

        Assert.Equal([claimed], Ids(stand.View.Of(Retaining(), null)));
        Assert.True(changed.View.Keeps(changed.Row(claimed)));

        // Once the claimant has an ENI, the one in the slot of another is that one's.
        await RowAsync(world, "new", "multus");
        using var made = await Stand.StartAsync(world, [Retaining()], attachments);
        Assert.Empty(made.View.Of(Retaining(), null));
        using var over = await Stand.StartAsync(world, [A.NodeEni()], attachments);
        Assert.False(over.View.Keeps(over.Row(claimed)));
    }

    [Fact]
    public async Task An_adopted_ENI_is_never_retained()
    {
        await using var world = await Ec2World.StartAsync();
        var row = await RowAsync(world, "former", "multus", adopted: true);
        using var stand = await Stand.StartAsync(world, [Retaining()], []);

        Assert.False(stand.View.Keeps(stand.Row(row)));
        Assert.Empty(stand.View.Of(Retaining(), null));
        Assert.Empty(stand.View.LeftOf(Retaining()));
    }

    [Fact]
    public async Task A_subnet_that_is_no_longer_the_NodeENIs_counts_once_its_present_specification_was_planned()
    {
        await using var world = await Ec2World.StartAsync();
        var row = await RowAsync(world, "former", "multus");
        using var stand = await Stand.StartAsync(world, [Retaining()], []);
        Assert.True(stand.View.Keeps(stand.Row(row)));

        stand.Planned(generation: 0, "subnet-other");
        Assert.True(stand.View.Keeps(stand.Row(row)));
        stand.Planned(generation: 1, world.Subnet);
        Assert.True(stand.View.Keeps(stand.Row(row)));
        stand.Planned(generation: 1, "subnet-other");
        Assert.False(stand.View.Keeps(stand.Row(row)));
    }

    private static IEnumerable<string> Ids(IEnumerable<EniRow> rows) => rows.Select(row => row.EniId);

    private static NodeEni Retaining() => A.NodeEni(spec: spec => spec.RetainPolicy = RetainPolicies.Retain);

    private static async Task<string> RowAsync(Ec2World world, string slot, string nodeEni, bool adopted = false)
    {
        var request = world.Request(slot);
        var tags = new Dictionary<string, string>(request.Tags) { [EniTags.NodeEni] = nodeEni };
        if (adopted)
        {
            tags[EniTags.Adopted] = "true";
        }

        var row = await world.Client.CreateAsync(request with { Tags = tags }, CallPriority.Create, Ec2World.Ct);
        world.Time.Advance(TimeSpan.FromSeconds(5));
        return row.EniId;
    }

    private sealed class Stand : IDisposable
    {
        private readonly PlanOutcomes _outcomes = new();
        private readonly MultiEni.Controller.Ec2.Inventory.EniInventory _inventory;

        private Stand(Ec2World world, IReadOnlyList<NodeEni> nodeEnis, IReadOnlyList<EniAttachment> attachments)
        {
            _inventory = world.NewInventory();
            var cluster = new ClusterView(new ListedCache<NodeEni>(nodeEnis), new ListedCache<Node>([]), new ListedCache<EniAttachment>(attachments));
            View = new(cluster, _inventory, _outcomes);
        }

        public RetainedView View { get; }

        public static async Task<Stand> StartAsync(Ec2World world, IReadOnlyList<NodeEni> nodeEnis, IReadOnlyList<EniAttachment> attachments)
        {
            var stand = new Stand(world, nodeEnis, attachments);
            await stand._inventory.SweepAsync(Ec2World.Ct);
            return stand;
        }

        public EniRow Row(string id) => _inventory.Find(id)!;

        public void Planned(long generation, string subnet) =>
            _outcomes.Remember(
                Retaining(),
                new PlanOutcome(
                    generation,
                    0,
                    0,
                    new NetworkResolution(A.Network(A.Subnet(subnet)), Resolved, Resolved),
                    [],
                    new Dictionary<string, int>()
                )
            );

        public void Dispose() => _inventory.Dispose();
    }
}
