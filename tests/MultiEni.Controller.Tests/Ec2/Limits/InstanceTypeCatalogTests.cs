using MultiEni.Controller.Ec2;
using MultiEni.Controller.Ec2.Failures;
using MultiEni.Controller.Ec2.Limits;
using MultiEni.Simulator.Ec2;

namespace MultiEni.Controller.Tests.Ec2.Limits;

public sealed class InstanceTypeCatalogTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Types_outside_of_the_table_are_asked_of_EC2_together_and_once()
    {
        await using var world = await WorldWithNewTypesAsync();
        using var catalog = new InstanceTypeCatalog(world.Client, world.Time);
        Assert.Null(catalog.Find("x99.large"));

        await catalog.LearnAsync(["x99.large", "m5.xlarge", "x99.xlarge", "x99.large"], withFeatures: false, Ct);
        await catalog.LearnAsync(["x99.large", "x99.xlarge"], withFeatures: false, Ct);

        Assert.Equal((4, 4), (catalog.Find("x99.large")!.MaximumEnis, catalog.Find("x99.xlarge")!.MaximumEnis));
        // The table does not have the number, and what EC2 says of IPv6 is believed.
        Assert.NotNull(catalog.Find("x99.large")!.Ipv6PerEni);
        Assert.Null(catalog.Find("m5.xlarge")!.Ipv6PerEni);
        Assert.Equal(1, Asked(world));
    }

    [Fact]
    public async Task A_type_whose_line_is_only_recalled_is_confirmed_by_EC2()
    {
        await using var world = await Ec2World.StartAsync(options =>
            options with
            {
                InstanceTypes = [new InstanceType("m5.2xlarge", 7, [7], 15), .. options.InstanceTypes.Where(type => type.Name != "m5.2xlarge")],
            }
        );
        using var catalog = new InstanceTypeCatalog(world.Client, world.Time);
        Assert.Equal(4, catalog.Find("m5.2xlarge")!.MaximumEnis);

        await catalog.LearnAsync(["m5.2xlarge"], withFeatures: false, Ct);

        Assert.Equal(7, catalog.Find("m5.2xlarge")!.MaximumEnis);
    }

    [Fact]
    public async Task A_type_that_EC2_does_not_know_is_not_asked_for_again_at_once()
    {
        await using var world = await Ec2World.StartAsync();
        using var catalog = new InstanceTypeCatalog(world.Client, world.Time);

        await catalog.LearnAsync(["z9.none"], withFeatures: false, Ct);
        await catalog.LearnAsync(["z9.none"], withFeatures: false, Ct);
        Assert.Equal(1, Asked(world));
        Assert.Null(catalog.Find("z9.none"));

        world.Time.Advance(TimeSpan.FromHours(2));
        await catalog.LearnAsync(["z9.none"], withFeatures: false, Ct);
        Assert.Equal(2, Asked(world));
    }

    [Fact]
    public async Task What_can_be_set_of_ENIs_is_asked_once_and_only_when_it_is_needed()
    {
        await using var world = await Ec2World.StartAsync();
        using var catalog = new InstanceTypeCatalog(world.Client, world.Time);

        await catalog.LearnAsync(["m5.4xlarge"], withFeatures: false, Ct);
        Assert.Equal(0, Asked(world));
        Assert.Null(catalog.Find("m5.4xlarge")!.Features);

        await catalog.LearnAsync(["m5.4xlarge", "m6i.8xlarge", "m4.large"], withFeatures: true, Ct);
        await catalog.LearnAsync(["m5.4xlarge", "m6i.8xlarge", "m4.large"], withFeatures: true, Ct);
        Assert.Equal(1, Asked(world));
        var (none, all) = (catalog.Find("m5.4xlarge")!.Features!, catalog.Find("m6i.8xlarge")!.Features!);
        Assert.Equal((true, false, 0), (none.ConnectionTracking, none.EnaExpress, none.Queues.Count));
        Assert.Equal((true, true, new CardQueues(8, 32, 64, 0)), (all.ConnectionTracking, all.EnaExpress, Assert.Single(all.Queues)));
        Assert.False(catalog.Find("m4.large")!.Features!.ConnectionTracking);
    }

    [Fact]
    public async Task More_than_a_hundred_types_go_in_calls_of_a_hundred()
    {
        await using var world = await Ec2World.StartAsync();
        using var catalog = new InstanceTypeCatalog(world.Client, world.Time);

        await catalog.LearnAsync(Enumerable.Range(0, 150).Select(i => $"z{i}.none"), withFeatures: false, Ct);

        Assert.Equal(2, Asked(world));
    }

    [Fact]
    public async Task A_refusal_is_reported_and_the_recalled_line_counts_meanwhile()
    {
        await using var world = await Ec2World.StartAsync();
        world.Simulator.Faults.Deny(Ec2Actions.DescribeInstanceTypes);
        using var catalog = new InstanceTypeCatalog(world.Client, world.Time);

        var refused = await Assert.ThrowsAsync<Ec2CallException>(() => catalog.LearnAsync(["m5.2xlarge"], withFeatures: false, Ct));

        Assert.Equal(ReactionKind.Unauthorized, refused.Failure.Reaction.Kind);
        Assert.Equal(4, catalog.Find("m5.2xlarge")!.MaximumEnis);
    }

    private static Task<Ec2World> WorldWithNewTypesAsync() =>
        Ec2World.StartAsync(options =>
            options with
            {
                InstanceTypes = [.. options.InstanceTypes, new InstanceType("x99.large", 4, [4], 15), new InstanceType("x99.xlarge", 4, [4], 15)],
            }
        );

    private static int Asked(Ec2World world) => world.Simulator.Counters.Snapshot()[Ec2Actions.DescribeInstanceTypes].Total;
}
