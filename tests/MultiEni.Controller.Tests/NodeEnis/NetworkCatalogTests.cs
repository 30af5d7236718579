using MultiEni.Api.NodeEnis;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.Networks;
using MultiEni.Controller.Planning;
using MultiEni.Controller.Tests.Ec2;

namespace MultiEni.Controller.Tests.NodeEnis;

public sealed class NetworkCatalogTests
{
    private static CancellationToken Ct => Ec2World.Ct;

    [Fact]
    public async Task Only_answers_with_the_subnet_or_group_that_is_gone_are_asked_for_again()
    {
        await using var world = await Ec2World.StartAsync();
        var otherSubnet = world.Simulator.World.AddSubnet(world.Vpc, "us-east-1a", "10.0.1.0/24").Id;
        var otherGroup = world.Simulator.World.AddSecurityGroup(world.Vpc, "other").Id;
        var catalog = new NetworkCatalog(world.Client, () => [], world.Time);
        var first = Sources(world.Subnet, world.Group);
        var second = Sources(otherSubnet, otherGroup);
        await catalog.ResolveAsync(first, null, Ct);
        await catalog.ResolveAsync(second, null, Ct);
        var asked = Asked(world);

        catalog.ForgetSubnet(world.Subnet);
        await catalog.ResolveAsync(second, null, Ct);
        Assert.Equal(asked, Asked(world));
        await catalog.ResolveAsync(first, null, Ct);
        Assert.Equal(asked + 1, Asked(world));

        catalog.ForgetSecurityGroups([otherGroup]);
        await catalog.ResolveAsync(first, null, Ct);
        Assert.Equal(asked + 1, Asked(world));
        await catalog.ResolveAsync(second, null, Ct);
        Assert.Equal(asked + 2, Asked(world));
    }

    [Fact]
    public async Task A_subnet_with_IPv6_only_is_known_as_one_and_has_no_IPv4_range()
    {
        await using var world = await Ec2World.StartAsync();
        var native = world.Simulator.World.AddSubnet(world.Vpc, "us-east-1a", "", ipv6Cidr: "2001:db8::/64").Id;
        var catalog = new NetworkCatalog(world.Client, () => [], world.Time);

        var resolution = await catalog.ResolveAsync(Sources(native, world.Group), null, Ct);

        Assert.True(Assert.Single(resolution.Network!.Subnets).Ipv6Native);
        Assert.Null(catalog.RangesOf(native)!.Ipv4);
    }

    [Fact]
    public async Task Sources_and_subnets_of_former_specifications_are_forgotten_over_the_weeks()
    {
        await using var world = await Ec2World.StartAsync();
        var catalog = new NetworkCatalog(world.Client, () => [], world.Time);
        for (var hour = 0; hour < 3 * 7 * 24; hour++)
        {
            var subnet = world.Simulator.World.AddSubnet(world.Vpc, "us-east-1a", "10.0.1.0/28").Id;
            await catalog.ResolveAsync(Sources(subnet, world.Group), null, Ct);
            Assert.NotNull(catalog.RangesOf(subnet));
            world.Time.Advance(TimeSpan.FromHours(1));
        }

        Assert.InRange(catalog.Remembered, 1, 200);
    }

    [Fact]
    public async Task What_is_in_use_stays_known_for_weeks_without_a_call()
    {
        await using var world = await Ec2World.StartAsync();
        var catalog = new NetworkCatalog(world.Client, () => [], world.Time);
        for (var hour = 0; hour < 3 * 7 * 24; hour++)
        {
            await catalog.ResolveAsync(Sources(world.Subnet, world.Group), null, Ct);
            world.Time.Advance(TimeSpan.FromHours(1));
        }

        Assert.Equal(1, Asked(world));
        Assert.Equal("10.0.0.0/24", catalog.RangesOf(world.Subnet)?.Ipv4);
    }

    [Fact]
    public async Task Reservations_are_asked_for_only_where_they_decide_and_a_policy_without_the_right_is_no_failure()
    {
        await using var world = await Ec2World.StartAsync();
        world.Simulator.World.Reserve(world.Subnet, new("10.0.0.128/25", IsForPrefixes: true));
        var catalog = new NetworkCatalog(world.Client, () => [], world.Time);
        var (plain, prefixes) = (Sources(world.Subnet, world.Group), Sources(world.Subnet, world.Group) with { Ipv4PrefixCount = 1 });

        Assert.Empty((await ResolveAsync(prefixes)).Reservations);
        world.Simulator.World.OccupyAddresses(world.Subnet, int.MaxValue);
        Assert.Empty((await ResolveAsync(plain)).Reservations);
        Assert.Equal(0, world.Simulator.Counters.Snapshot()["GetSubnetCidrReservations"].Total);

        Assert.Equal([new("10.0.0.128/25", CidrReservation.Prefix)], (await ResolveAsync(prefixes)).Reservations);
        // NodeENIs share an answer with those that ask for the same only.
        Assert.Empty(Assert.Single((await catalog.ResolveAsync(plain, null, Ct)).Network!.Subnets).Reservations);

        world.Simulator.Faults.Deny("GetSubnetCidrReservations");
        Assert.Empty((await ResolveAsync(prefixes)).Reservations);

        async Task<ResolvedSubnet> ResolveAsync(NodeEniSpec spec)
        {
            world.Time.Advance(TimeSpan.FromSeconds(1));
            return Assert.Single((await catalog.ResolveAsync(spec, TimeSpan.Zero, Ct)).Network!.Subnets);
        }
    }

    [Fact]
    public async Task Before_a_subnet_is_called_full_its_reservations_are_read_however_many_addresses_are_free_and_from_then_on()
    {
        await using var world = await Ec2World.StartAsync();
        world.Simulator.World.Reserve(world.Subnet, new("10.0.0.128/25", IsForPrefixes: true));
        var catalog = new NetworkCatalog(world.Client, () => [], world.Time);
        var (plain, prefixes) = (Sources(world.Subnet, world.Group), Sources(world.Subnet, world.Group) with { Ipv4PrefixCount = 1 });
        var lifetime = TimeSpan.FromSeconds(5);
        int Asked() => world.Simulator.Counters.Snapshot()["GetSubnetCidrReservations"].Total;
        static int Kept(NetworkResolution resolution) => Assert.Single(resolution.Network!.Subnets).Reservations.Count;

        Assert.Equal(0, Kept(await catalog.ResolveAsync(prefixes, null, Ct)));
        Assert.Equal(1, Kept(await catalog.RecheckAsync(prefixes, lifetime, Ct)));
        Assert.Equal(1, Kept(await catalog.RecheckAsync(prefixes, lifetime, Ct)));
        Assert.Equal(1, Kept(await catalog.ResolveAsync(prefixes, null, Ct)));
        Assert.Equal(1, Asked());

        world.Time.Advance(2 * lifetime);
        Assert.Equal(1, Kept(await catalog.ResolveAsync(prefixes, lifetime, Ct)));
        Assert.Equal(0, Kept(await catalog.RecheckAsync(plain, lifetime, Ct)));
        Assert.Equal(2, Asked());
    }

    private static NodeEniSpec Sources(string subnet, string group) => new() { SubnetId = subnet, SecurityGroupIds = [group] };

    private static int Asked(Ec2World world) => world.Simulator.Counters.Snapshot()["DescribeSubnets"].Total;
}
