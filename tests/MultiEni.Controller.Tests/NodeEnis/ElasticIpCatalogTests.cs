using MultiEni.Api.NodeEnis;
using MultiEni.Controller.Networks;
using MultiEni.Controller.Planning;
using MultiEni.Controller.Tests.Ec2;

namespace MultiEni.Controller.Tests.NodeEnis;

public sealed class ElasticIpCatalogTests
{
    private static readonly ElasticIpsSpec Selecting = new() { Selector = new() { ["role"] = "data" } };

    [Fact]
    public async Task What_a_selector_finds_is_asked_for_again_after_its_lifetime_or_once_EC2_refuses_one_of_it()
    {
        await using var world = await Ec2World.StartAsync();
        var first = world.Simulator.World.AddElasticIp(Selecting.Selector!).AllocationId;
        var catalog = new ElasticIpCatalog(world.Client, world.Time);
        Assert.Equal([first], await FindAsync(catalog));
        var second = world.Simulator.World.AddElasticIp(Selecting.Selector!).AllocationId;

        world.Time.Advance(ElasticIpCatalog.Lifetime);
        Assert.Equal([first], await FindAsync(catalog));
        world.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(new[] { first, second }.Order(), await FindAsync(catalog));

        var third = world.Simulator.World.AddElasticIp(Selecting.Selector!).AllocationId;
        catalog.Refuse(A.Attachment(), "eipalloc-0fffffffffffffff0", TimeSpan.FromMinutes(2));
        Assert.DoesNotContain(third, await FindAsync(catalog));
        catalog.Refuse(A.Attachment(), first, TimeSpan.FromMinutes(2));
        Assert.Contains(third, await FindAsync(catalog));
    }

    [Fact]
    public async Task A_refusal_is_told_to_the_NodeENI_and_holds_longer_each_time()
    {
        await using var world = await Ec2World.StartAsync();
        var catalog = new ElasticIpCatalog(world.Client, world.Time);
        var told = new List<string>();
        using var telling = catalog.Refusals.Subscribe(told.Add);

        catalog.Refuse(A.Attachment("a"), "e1", TimeSpan.FromMinutes(2));

        Assert.Equal(["multus"], told);
        Assert.True(catalog.IsRefused("e1"));
        Assert.False(catalog.IsRefused("e2"));
        foreach (var minutes in (int[])[2, 4, 8, 16, 30, 30])
        {
            world.Time.Advance(TimeSpan.FromMinutes(minutes) - TimeSpan.FromSeconds(1));
            Assert.True(catalog.IsRefused("e1"), $"{minutes}");
            world.Time.Advance(TimeSpan.FromSeconds(1));
            Assert.False(catalog.IsRefused("e1"), $"{minutes}");
            catalog.Refuse(A.Attachment("b"), "e1", TimeSpan.FromMinutes(2));
        }
    }

    private static async Task<IReadOnlyList<string>> FindAsync(ElasticIpCatalog catalog) =>
        Assert.IsType<ElasticIps.Known>(await catalog.ResolveAsync(Selecting, _ => true, ElasticIpCatalog.Lifetime, Ec2World.Ct)).Ids;
}
