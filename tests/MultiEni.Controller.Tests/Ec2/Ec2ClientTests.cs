using MultiEni.Controller.Ec2;
using MultiEni.Controller.Ec2.Failures;
using MultiEni.Controller.Ec2.Permissions;
using MultiEni.Operator.LeaderElection;
using MultiEni.Simulator.Ec2;
using static MultiEni.Controller.Ec2.Ec2Actions;

namespace MultiEni.Controller.Tests.Ec2;

/// <summary>Our client over HTTP, with the SDK's own marshalling.</summary>
public sealed class Ec2ClientTests
{
    private static CancellationToken Ct => Ec2World.Ct;

    [Fact]
    public async Task An_ENI_lives_from_create_to_delete()
    {
        await using var world = await Ec2World.StartAsync();
        var client = world.Client;
        var created = await world.CreateAsync("a");
        var id = EniId.Parse(created.EniId);
        Assert.Equal(
            (world.Subnet, "us-east-1a", "for a", true),
            (created.SubnetId, created.AvailabilityZone, created.Description, created.SourceDestCheck)
        );
        Assert.Equal([world.Group], created.SecurityGroupIds);
        Assert.Equal("a", created.Slot);
        Assert.NotEmpty(created.MacAddress);
        Assert.Single(created.PrivateIps);
        Assert.Null(created.Attachment);

        await client.SetSourceDestCheckAsync(id, value: false, CallPriority.SourceDestCheck, Ct);
        var attachment = await client.AttachAsync(
            id,
            world.Instance,
            deviceIndex: 2,
            networkCardIndex: 0,
            AttachmentSettings.Default,
            CallPriority.AttachUnready,
            Ct
        );
        await client.SetDeleteOnTerminationAsync(id, attachment, value: true, CallPriority.DeleteOnTermination, Ct);
        await client.SetDescriptionAsync(id, "other", CallPriority.Drift, Ct);
        await client.TagAsync(id, new Dictionary<string, string> { ["extra"] = "1" }, CallPriority.Drift, Ct);
        var row = Assert.Single(await client.DescribeEnisByIdAsync([id], CallPriority.Drift, Ct));
        Assert.Equal((EniStates.InUse, false, "other", "1"), (row.Status, row.SourceDestCheck, row.Description, row.Tags["extra"]));
        Assert.Equal(
            (attachment.ToString(), world.Instance.ToString(), 2, 0, EniStates.Attached, true),
            (
                row.Attachment!.AttachmentId,
                row.Attachment.InstanceId,
                row.Attachment.DeviceIndex,
                row.Attachment.NetworkCardIndex,
                row.Attachment.Status,
                row.Attachment.DeleteOnTermination
            )
        );
        Assert.Equal(world.Time.GetUtcNow(), row.Attachment.AttachTime);

        await client.DetachAsync(attachment, force: false, CallPriority.DetachAndDelete, Ct);
        row = Assert.Single(await client.DescribeEnisByIdAsync([id], CallPriority.Drift, Ct));
        Assert.Equal(EniStates.Available, row.Status);
        await client.DeleteAsync(id, CallPriority.DetachAndDelete, Ct);
        Assert.Empty(await client.DescribeEnisByIdAsync([id], CallPriority.Drift, Ct));
    }

    [Fact]
    public async Task The_same_token_gives_the_same_ENI_and_other_values_are_a_mismatch()
    {
        await using var world = await Ec2World.StartAsync();
        var first = await world.CreateAsync("a", "token");
        var second = await world.CreateAsync("a", "token");
        var failure = await FailsAsync(() => world.CreateAsync("b", "token"));

        Assert.Equal(first.EniId, second.EniId);
        Assert.Equal(ReactionKind.ParameterMismatch, failure.Reaction.Kind);
    }

    [Fact]
    public async Task A_lost_answer_is_an_unknown_outcome_and_the_call_is_not_repeated()
    {
        await using var world = await Ec2World.StartAsync();
        world.Simulator.Faults.LoseNextAnswers(CreateNetworkInterface, 1);

        var failure = await FailsAsync(() => world.CreateAsync("a"));

        Assert.Equal(ReactionKind.OutcomeUnknown, failure.Reaction.Kind);
        Assert.Single(world.Simulator.World.NetworkInterfaces, row => row.Tags.ContainsKey(EniTags.Slot));
        var again = await world.CreateAsync("a");
        Assert.Single(world.Simulator.World.NetworkInterfaces, row => row.Id == again.EniId);
    }

    [Fact]
    public async Task A_late_answer_is_an_unknown_outcome()
    {
        await using var world = await Ec2World.StartAsync();
        using var client = world.NewClient(TimeSpan.FromMilliseconds(300));
        world.Simulator.Faults.SlowNextAnswers(CreateNetworkInterface, 1, TimeSpan.FromHours(1));

        var failure = await FailsAsync(() => client.CreateAsync(world.Request("a"), CallPriority.Create, Ct));

        Assert.Equal(ReactionKind.OutcomeUnknown, failure.Reaction.Kind);
        Assert.Equal(FailureTable.TimedOut, failure.Code);
    }

    [Theory]
    [InlineData("RequestLimitExceeded", nameof(ReactionKind.Throttled))]
    [InlineData("InternalError", nameof(ReactionKind.OutcomeUnknown))]
    [InlineData("InsufficientFreeAddressesInSubnet", nameof(ReactionKind.SubnetFull))]
    [InlineData("UnauthorizedOperation", nameof(ReactionKind.Unauthorized))]
    public async Task An_error_arrives_classified_after_one_request(string code, string reaction)
    {
        await using var world = await Ec2World.StartAsync();
        world.Simulator.Faults.FailNext(CreateNetworkInterface, 1, code);

        var failure = await FailsAsync(() => world.CreateAsync("a"));

        Assert.Equal((CreateNetworkInterface, code), (failure.Action, failure.Code));
        Assert.Equal(reaction, failure.Reaction.Kind.ToString());
        Assert.Equal(1, world.Simulator.Counters.Snapshot()[CreateNetworkInterface].Total);
    }

    [Fact]
    public async Task A_throttle_slows_the_budget_and_is_counted_under_both_names()
    {
        await using var world = await Ec2World.StartAsync();
        var before = LastRefill(world);
        world.Simulator.Faults.FailNext(CreateNetworkInterface, 1, "RequestLimitExceeded");

        await FailsAsync(() => world.CreateAsync("a"));

        Assert.Null(before);
        Assert.Equal(2.4, LastRefill(world)!.Value, precision: 6);
        var names = world.Readings.All.Select(reading => reading.Name).ToHashSet();
        Assert.Superset(
            new HashSet<string> { "ec2_throttles_total", "aws_throttling_events_total", "aws_api_errors_total", "aws_api_call_duration_seconds" },
            names
        );
        Assert.Contains(
            world.Readings.All,
            reading =>
                reading.Name == "ec2_requests_total"
                && reading.Tags["code"] == "RequestLimitExceeded"
                && reading.Tags["api"] == CreateNetworkInterface
        );
        Assert.Contains(
            world.Readings.All,
            reading => reading.Name == "aws_api_calls_total" && reading.Tags["status"] == "error" && reading.Tags["service"] == "ec2"
        );
    }

    [Fact]
    public async Task Limits_and_conflicts_of_an_instance_have_their_own_reactions()
    {
        await using var world = await Ec2World.StartAsync();
        var (a, b) = (EniId.Parse((await world.CreateAsync("a")).EniId), EniId.Parse((await world.CreateAsync("b")).EniId));
        var attachment = await AttachAsync(world, a, 1);

        Assert.Equal(ReactionKind.IndexTaken, (await FailsAsync(() => AttachAsync(world, b, 1))).Reaction.Kind);
        Assert.Equal(ReactionKind.InUse, (await FailsAsync(() => AttachAsync(world, a, 2))).Reaction.Kind);
        Assert.Equal(
            ReactionKind.NotDetachedYet,
            (await FailsAsync(() => world.Client.DeleteAsync(a, CallPriority.DetachAndDelete, Ct))).Reaction.Kind
        );
        await AttachAsync(world, b, 2);
        await AttachAsync(world, EniId.Parse((await world.CreateAsync("c")).EniId), 3);
        var full = EniId.Parse((await world.CreateAsync("d")).EniId);
        Assert.Equal(ReactionKind.NodeFull, (await FailsAsync(() => AttachAsync(world, full, 4))).Reaction.Kind);

        await world.Client.DetachAsync(attachment, force: false, CallPriority.DetachAndDelete, Ct);
        Assert.Equal(
            ReactionKind.AlreadyDetached,
            (await FailsAsync(() => world.Client.DetachAsync(attachment, force: false, CallPriority.DetachAndDelete, Ct))).Reaction.Kind
        );
        await world.Client.DeleteAsync(a, CallPriority.DetachAndDelete, Ct);
        Assert.Equal(ReactionKind.NotFound, (await FailsAsync(() => world.Client.DeleteAsync(a, CallPriority.DetachAndDelete, Ct))).Reaction.Kind);
    }

    [Fact]
    public async Task A_lost_lease_stops_a_mutation_before_it_is_sent_but_not_a_read()
    {
        await using var world = await Ec2World.StartAsync();
        world.BeforeMutation = () => throw new InvalidOperationException("lease lost");

        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => world.CreateAsync("a"));

        Assert.Equal("lease lost", exception.Message);
        Assert.Equal(0, world.Simulator.Counters.Snapshot().Total);
        Assert.Single(await world.Client.DescribeInstancesAsync([world.Instance], CallPriority.Drift, Ct));
    }

    /// <summary>
    /// Between the call of an SDK method and its request credentials may be fetched, for longer
    /// than a lease lasts.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_lease_that_is_lost_between_the_check_and_the_sending_stops_the_mutation_too(bool isTransportGiven)
    {
        await using var world = await Ec2World.StartAsync();
        using var transport = isTransportGiven ? new SocketsHttpHandler() : null;
        using var client = world.NewClient(TimeSpan.FromSeconds(30), transport);
        var checks = 0;
        world.BeforeMutation = () =>
        {
            if (++checks == 2)
            {
                throw new LeadershipLostException("lost in between");
            }
        };

        await Assert.ThrowsAsync<LeadershipLostException>(() => client.CreateAsync(world.Request("a"), CallPriority.Create, Ct));

        Assert.Equal(0, world.Simulator.Counters.Snapshot().Total);
    }

    [Fact]
    public async Task Dry_runs_tell_allowed_denied_and_inconclusive_apart()
    {
        await using var world = await Ec2World.StartAsync();
        var eni = await world.CreateAsync("a");
        var subject = new PreflightSubject(
            world.Subnet,
            [world.Group],
            Rows.Tags("x"),
            eni.EniId,
            world.Instance.ToString(),
            "eni-attach-0123456789abcdef0"
        );
        world.Simulator.Faults.Deny(DeleteNetworkInterface);

        Assert.IsType<Permission.Allowed>(await world.Client.PreflightAsync(CreateNetworkInterface, subject, Ct));
        Assert.IsType<Permission.Allowed>(await world.Client.PreflightAsync(AttachNetworkInterface, subject, Ct));
        Assert.IsType<Permission.Allowed>(await world.Client.PreflightAsync(ModifyNetworkInterfaceAttribute, subject, Ct));
        Assert.IsType<Permission.Denied>(await world.Client.PreflightAsync(DeleteNetworkInterface, subject, Ct));
        Assert.Single(world.Simulator.World.NetworkInterfaces, row => row.Tags.ContainsKey(EniTags.Slot));
    }

    [Fact]
    public async Task Subnets_and_groups_are_found_by_identifier_name_and_tags()
    {
        await using var world = await Ec2World.StartAsync();
        var client = world.Client;

        var subnet = Assert.Single(
            await client.DescribeSubnetsByIdAsync([SubnetId.Parse(world.Subnet), SubnetId.Parse("subnet-0123456789abcdef0")], Ct)
        );
        Assert.Equal((world.Vpc, "us-east-1a", "10.0.0.0/24", 250), (subnet.VpcId, subnet.AvailabilityZone, subnet.Cidr, subnet.FreeAddresses));
        Assert.Single(await client.DescribeSubnetsByNameAsync(["a", "nobody"], Ct));
        Assert.Single(await client.DescribeSubnetsByTagAsync(new Dictionary<string, string> { ["role"] = "*", ["Name"] = "a" }, Ct));
        Assert.Empty(await client.DescribeSubnetsByTagAsync(new Dictionary<string, string> { ["role"] = "*", ["Name"] = "b" }, Ct));
        Assert.Equal("web", Assert.Single(await client.DescribeSecurityGroupsByIdAsync([world.Group], Ct)).Name);
        Assert.Single(await client.DescribeSecurityGroupsByNameAsync(world.Vpc, ["web"], Ct));
        Assert.Single(await client.DescribeSecurityGroupsByTagAsync(world.Vpc, new Dictionary<string, string> { ["role"] = "data" }, Ct));
        Assert.Empty(
            await client.DescribeSecurityGroupsByTagAsync("vpc-0123456789abcdef0", new Dictionary<string, string> { ["role"] = "data" }, Ct)
        );
    }

    [Fact]
    public async Task Types_and_instances_are_read_and_the_unknown_ones_left_out()
    {
        await using var world = await Ec2World.StartAsync();

        var limits = await world.Client.DescribeInstanceTypesAsync(["p5.48xlarge", "z9.none"], Ct);
        var type = Assert.Single(limits);
        Assert.Equal((64, 32), (type.MaximumEnis, type.PerCard.Count));
        var instance = Assert.Single(
            await world.Client.DescribeInstancesAsync([world.Instance, InstanceId.Parse("i-0123456789abcdef0")], CallPriority.Drift, Ct)
        );
        Assert.Equal(new InstanceRow(world.Instance.ToString(), "running", "m5.xlarge", "us-east-1a", 1), instance);
    }

    [Fact]
    public async Task A_sweep_of_more_than_a_page_reads_every_page()
    {
        await using var world = await Ec2World.StartAsync();
        var subnet = world.Simulator.World.AddSubnet(world.Vpc, "us-east-1a", "10.0.16.0/20").Id;
        for (var i = 0; i < 340; i++)
        {
            var interfaces = Enumerable.Range(1, 3).Select(index => new LaunchInterface(index, subnet) { Tags = Rows.Tags($"{i}-{index}") });
            world.Simulator.World.RunInstance("m5.xlarge", subnet, tags: null, [.. interfaces]);
        }

        var rows = new List<EniRow>();
        await foreach (
            var page in world.Client.DescribeEnisByTagAsync(
                new Dictionary<string, string> { [EniTags.Cluster] = Rows.Cluster },
                CallPriority.Drift,
                Ct
            )
        )
        {
            rows.AddRange(page);
        }

        Assert.Equal(1020, rows.Select(row => row.Slot).Distinct().Count());
        Assert.Equal(1020, rows.Count);
        Assert.Equal(2, world.Simulator.Counters.Snapshot()[DescribeNetworkInterfaces].Total);
    }

    private static Task<AttachmentId> AttachAsync(Ec2World world, EniId eni, int index) =>
        world.Client.AttachAsync(eni, world.Instance, index, networkCardIndex: 0, AttachmentSettings.Default, CallPriority.AttachUnready, Ct);

    private static double? LastRefill(Ec2World world) =>
        world.Readings.All.LastOrDefault(reading => reading.Name == "ec2_refill_effective" && reading.Tags["api"] == CreateNetworkInterface)?.Value;

    private static async Task<Ec2Failure> FailsAsync(Func<Task> call) => (await Assert.ThrowsAsync<Ec2CallException>(call)).Failure;
}
