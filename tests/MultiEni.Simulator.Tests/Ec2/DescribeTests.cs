using Amazon.EC2.Model;

namespace MultiEni.Simulator.Tests.Ec2;

public sealed class DescribeTests
{
    /// <summary>
    /// Filter, value, and whether the attached interface "one" (with tag role=front, index 1) and
    /// the free one "two" match.
    /// </summary>
    public static TheoryData<string, string, bool, bool> Filters =>
        new()
        {
            { "tag:role", "front", true, false },
            { "tag:role", "f?o*", true, false },
            { "tag:role", "Front", false, false },
            { "tag:odd", "a*b", false, true },
            { "tag:odd", @"a\*b", false, true },
            { "tag:odd", @"a\?b", false, false },
            { "tag-key", "role", true, false },
            { "tag-key", "ro*", true, false },
            { "vpc-id", "$vpc", true, true },
            { "subnet-id", "$subnetA", true, false },
            { "subnet-id", "subnet-*", true, true },
            { "availability-zone", "us-east-1b", false, true },
            { "availability-zone-id", "use1-az1", true, false },
            { "status", "in-use", true, false },
            { "status", "available", false, true },
            { "network-interface-id", "$one", true, false },
            { "network-interface-id", "eni-0123456789abcdef0", false, false },
            { "description", "*uplink*", true, false },
            { "interface-type", "interface", true, true },
            { "source-dest-check", "true", true, false },
            { "source-dest-check", "false", false, true },
            { "requester-managed", "false", true, true },
            { "operator.managed", "true", false, false },
            { "mac-address", "$mac", true, false },
            { "group-id", "$group", true, false },
            { "private-ip-address", "$ip", true, false },
            { "attachment.instance-id", "$instance", true, false },
            { "attachment.status", "attached", true, false },
            { "attachment.status", "attaching", false, false },
            { "attachment.device-index", "1", true, false },
            { "attachment.device-index", "2", false, false },
            { "attachment.network-card-index", "0", true, false },
            { "attachment.delete-on-termination", "false", true, false },
            { "attachment.delete-on-termination", "true", false, false },
            { "attachment.attachment-id", "$attachment", true, false },
            { "attachment.attach-time", "2026-01-01T00:00:00.000Z", true, false },
            { "attachment.attach-time", "2026-01-01*", true, false },
        };

    [Theory]
    [MemberData(nameof(Filters))]
    public async Task A_filter_finds_what_matches(string name, string value, bool findsOne, bool findsTwo)
    {
        await using var ec2 = await Ec2Fixture.StartAsync();
        var one = (
            await ec2.Client.CreateNetworkInterfaceAsync(
                new CreateNetworkInterfaceRequest
                {
                    SubnetId = ec2.SubnetA,
                    Groups = [ec2.Group],
                    Description = "the uplink of n1",
                    TagSpecifications =
                    [
                        new TagSpecification { ResourceType = "network-interface", Tags = [new("role", "front"), new("empty", "")] },
                    ],
                },
                Ec2Fixture.Ct
            )
        ).NetworkInterface;
        var attachmentId = await ec2.AttachAsync(one.NetworkInterfaceId);
        var two = await ec2.CreateAsync(ec2.SubnetB, tags: new Amazon.EC2.Model.Tag("odd", "a*b"));
        await ec2.Client.ModifyNetworkInterfaceAttributeAsync(
            new ModifyNetworkInterfaceAttributeRequest { NetworkInterfaceId = two, SourceDestCheck = false },
            Ec2Fixture.Ct
        );
        value = value switch
        {
            "$vpc" => ec2.Vpc.Id,
            "$subnetA" => ec2.SubnetA,
            "$one" => one.NetworkInterfaceId,
            "$mac" => one.MacAddress,
            "$group" => ec2.Group,
            "$ip" => one.PrivateIpAddress,
            "$instance" => ec2.InstanceId,
            "$attachment" => attachmentId,
            _ => value,
        };

        var found = await ec2.FindAsync((name, [value]));

        Assert.Equal((findsOne, findsTwo), (found.Contains(one.NetworkInterfaceId), found.Contains(two)));
    }

    [Fact]
    public async Task Values_are_alternatives_and_filters_must_all_hold()
    {
        await using var ec2 = await Ec2Fixture.StartAsync();
        var red = await ec2.CreateAsync(tags: new Amazon.EC2.Model.Tag("colour", "red"));
        var blue = await ec2.CreateAsync(ec2.SubnetB, tags: new Amazon.EC2.Model.Tag("colour", "blue"));
        await ec2.CreateAsync(tags: new Amazon.EC2.Model.Tag("colour", "green"));
        Assert.Equal([red, blue], await ec2.FindAsync(("tag:colour", ["red", "blue", "red", "none"])));
        Assert.Equal([blue], await ec2.FindAsync(("tag:colour", ["red", "blue"]), ("subnet-id", [ec2.SubnetB])));
        Assert.Equal([red, blue], await ec2.FindAsync(("tag:colour", ["re*", "blue"])));
    }

    [Fact]
    public async Task Pages_hold_every_row_once_in_order_of_creation_whatever_is_deleted_between_them()
    {
        await using var ec2 = await Ec2Fixture.StartAsync();
        List<string> ids = [];
        for (var number = 0; number < 13; number++)
        {
            ids.Add(await ec2.CreateAsync(tags: new Amazon.EC2.Model.Tag("owner", "us")));
        }

        var request = new DescribeNetworkInterfacesRequest { Filters = [new Filter("tag:owner", ["us"])], MaxResults = 5 };
        var first = await ec2.Client.DescribeNetworkInterfacesAsync(request, Ec2Fixture.Ct);
        Assert.Equal(ids[..5], first.NetworkInterfaces.Select(row => row.NetworkInterfaceId));
        await ec2.DeleteAsync(ids[0]);
        await ec2.DeleteAsync(ids[5]);
        request.NextToken = first.NextToken;
        var second = await ec2.Client.DescribeNetworkInterfacesAsync(request, Ec2Fixture.Ct);
        Assert.Equal(ids[6..11], second.NetworkInterfaces.Select(row => row.NetworkInterfaceId));
        request.NextToken = second.NextToken;
        var third = await ec2.Client.DescribeNetworkInterfacesAsync(request, Ec2Fixture.Ct);
        Assert.Equal(ids[11..], third.NetworkInterfaces.Select(row => row.NetworkInterfaceId));
        Assert.Null(third.NextToken);
    }

    [Fact]
    public async Task A_page_token_belongs_to_its_filters()
    {
        await using var ec2 = await Ec2Fixture.StartAsync();
        for (var number = 0; number < 6; number++)
        {
            await ec2.CreateAsync();
        }

        var request = new DescribeNetworkInterfacesRequest { Filters = [new Filter("subnet-id", [ec2.SubnetA])], MaxResults = 5 };
        request.NextToken = (await ec2.Client.DescribeNetworkInterfacesAsync(request, Ec2Fixture.Ct)).NextToken;
        request.Filters = [new Filter("subnet-id", [ec2.SubnetB])];
        await Ec2Fixture.FailsAsync("InvalidNextToken", () => ec2.Client.DescribeNetworkInterfacesAsync(request, Ec2Fixture.Ct));
    }

    [Fact]
    public async Task A_large_account_refuses_an_unpaged_describe_without_a_narrowing_filter()
    {
        await using var ec2 = await Ec2Fixture.StartAsync(options => options with { LargeAccountFrom = 3 });
        await ec2.CreateAsync();
        await ec2.Client.DescribeNetworkInterfacesAsync(new DescribeNetworkInterfacesRequest(), Ec2Fixture.Ct);
        await ec2.CreateAsync();
        await Ec2Fixture.FailsAsync(
            "OperationNotPermitted",
            () =>
                ec2.Client.DescribeNetworkInterfacesAsync(
                    new DescribeNetworkInterfacesRequest { Filters = [new Filter("status", ["available"])] },
                    Ec2Fixture.Ct
                )
        );
        var narrowed = new DescribeNetworkInterfacesRequest { Filters = [new Filter("vpc-id", [ec2.Vpc.Id])] };
        Assert.Equal(3, (await ec2.Client.DescribeNetworkInterfacesAsync(narrowed, Ec2Fixture.Ct)).NetworkInterfaces.Count);
    }

    [Fact]
    public async Task A_query_looks_at_the_rows_of_its_page_and_not_at_the_account()
    {
        await using var ec2 = await Ec2Fixture.StartAsync(options => options with { NetworkInterfaceQuota = 10_000 });
        var big = ec2.World.AddSubnet(ec2.Vpc.Id, "us-east-1a", "10.0.16.0/20").Id;
        var instances = Enumerable
            .Range(0, 300)
            .Select(_ => ec2.World.RunInstance("m5.xlarge", big, interfaces: [new(1, big) { Tags = Ours }, new(2, big)]))
            .ToList();
        ec2.Simulator.Counters.Reset();

        var page = new DescribeNetworkInterfacesRequest
        {
            Filters = [new Filter("tag:cluster", ["c1"]), new Filter("vpc-id", [ec2.Vpc.Id])],
            MaxResults = 100,
        };
        page.NextToken = (await ec2.Client.DescribeNetworkInterfacesAsync(page, Ec2Fixture.Ct)).NextToken;
        Assert.Equal(101, ec2.Simulator.Counters.Snapshot().RowsExamined);
        await ec2.Client.DescribeNetworkInterfacesAsync(page, Ec2Fixture.Ct);
        Assert.Equal(202, ec2.Simulator.Counters.Snapshot().RowsExamined);
        ec2.Simulator.Counters.Reset();

        Assert.Equal(600, (await ec2.FindAsync(("attachment.instance-id", [.. instances.Take(200)]))).Count);
        Assert.Equal(600, ec2.Simulator.Counters.Snapshot().RowsExamined);
        ec2.Simulator.Counters.Reset();

        Assert.Equal(3, (await ec2.FindAsync(("attachment.instance-id", [instances[7]]), ("status", ["in-use"]))).Count);
        Assert.Equal(3, ec2.Simulator.Counters.Snapshot().RowsExamined);
    }

    private static readonly Dictionary<string, string> Ours = new() { ["cluster"] = "c1" };

    [Fact]
    public async Task Subnets_show_their_free_addresses_and_are_found_by_tag()
    {
        await using var ec2 = await Ec2Fixture.StartAsync();
        var answer = await ec2.Client.DescribeSubnetsAsync(new DescribeSubnetsRequest { Filters = [new Filter("tag:Name", ["a"])] }, Ec2Fixture.Ct);
        var subnet = Assert.Single(answer.Subnets);
        Assert.Equal(
            (ec2.SubnetA, "us-east-1a", "10.0.0.0/24", 250),
            (subnet.SubnetId, subnet.AvailabilityZone, subnet.CidrBlock, subnet.AvailableIpAddressCount)
        );
        Assert.Equal("fd00:0:0:1::/64", Assert.Single(subnet.Ipv6CidrBlockAssociationSet).Ipv6CidrBlock);
        Assert.Equal("a", Assert.Single(subnet.Tags).Value);
        Assert.Equal(ec2.Vpc.Id, subnet.VpcId);

        var missing = new DescribeSubnetsRequest { SubnetIds = [ec2.SubnetA, "subnet-0123456789abcdef0"] };
        await Ec2Fixture.FailsAsync("InvalidSubnetID.NotFound", () => ec2.Client.DescribeSubnetsAsync(missing, Ec2Fixture.Ct));
    }

    [Fact]
    public async Task Subnets_come_in_pages()
    {
        await using var ec2 = await Ec2Fixture.StartAsync();
        for (var number = 2; number < 9; number++)
        {
            ec2.World.AddSubnet(ec2.Vpc.Id, "us-east-1a", $"10.0.{number}.0/24");
        }

        List<string> ids = [];
        await foreach (
            var subnet in ec2.Client.Paginators.DescribeSubnets(new DescribeSubnetsRequest { MaxResults = 5 }).Subnets.WithCancellation(Ec2Fixture.Ct)
        )
        {
            ids.Add(subnet.SubnetId);
        }

        Assert.Equal(ec2.World.Subnets.Select(subnet => subnet.Id), ids);
        Assert.Equal(2, ec2.Simulator.Counters.Snapshot()["DescribeSubnets"].Succeeded);
    }

    [Fact]
    public async Task Security_groups_are_found_by_name_within_a_VPC()
    {
        await using var ec2 = await Ec2Fixture.StartAsync();
        ec2.World.AddSecurityGroup(ec2.World.AddVpc("10.1.0.0/16").Id, "web-tier");
        var answer = await ec2.Client.DescribeSecurityGroupsAsync(
            new DescribeSecurityGroupsRequest { Filters = [new Filter("group-name", ["web-tier"]), new Filter("vpc-id", [ec2.Vpc.Id])] },
            Ec2Fixture.Ct
        );
        Assert.Equal(ec2.Group, Assert.Single(answer.SecurityGroups).GroupId);
    }

    [Fact]
    public async Task Instance_types_show_the_limits_of_every_card()
    {
        await using var ec2 = await Ec2Fixture.StartAsync();
        var answer = await ec2.Client.DescribeInstanceTypesAsync(
            new DescribeInstanceTypesRequest { InstanceTypes = ["m5.large", "p5.48xlarge"] },
            Ec2Fixture.Ct
        );
        var (small, large) = (answer.InstanceTypes[0].NetworkInfo, answer.InstanceTypes[1].NetworkInfo);
        Assert.Equal((3, 10, 1), (small.MaximumNetworkInterfaces, small.Ipv4AddressesPerInterface, small.NetworkCards.Count));
        Assert.Equal((64, 32), (large.MaximumNetworkInterfaces, large.MaximumNetworkCards));
        Assert.Equal(Enumerable.Range(0, 32), large.NetworkCards.Select(card => card.NetworkCardIndex!.Value));
        Assert.All(large.NetworkCards, card => Assert.Equal(2, card.MaximumNetworkInterfaces));
    }

    [Fact]
    public async Task Instances_show_state_zone_and_interfaces()
    {
        await using var ec2 = await Ec2Fixture.StartAsync();
        await ec2.AttachAsync(await ec2.CreateAsync(), 2);
        var other = ec2.World.RunInstance("t3.medium", ec2.SubnetB, new Dictionary<string, string> { ["Name"] = "n2" });

        var byFilter = new DescribeInstancesRequest
        {
            Filters = [new Filter("instance-id", [ec2.InstanceId, "i-0123456789abcdef0"])],
            MaxResults = 1000,
        };
        var instance = Assert.Single(Assert.Single((await ec2.Client.DescribeInstancesAsync(byFilter, Ec2Fixture.Ct)).Reservations).Instances);
        Assert.Equal(
            (16, "running", "us-east-1a", "m5.xlarge"),
            (instance.State.Code, instance.State.Name.Value, instance.Placement.AvailabilityZone, instance.InstanceType.Value)
        );
        Assert.Equal([0, 2], instance.NetworkInterfaces.Select(row => row.Attachment.DeviceIndex!.Value));
        Assert.True(instance.NetworkInterfaces[0].Attachment.DeleteOnTermination);
        Assert.Equal(instance.PrivateIpAddress, instance.NetworkInterfaces[0].PrivateIpAddress);

        var all = new DescribeInstancesRequest { Filters = [new Filter("tag:Name", ["n?"]), new Filter("instance-state-name", ["running"])] };
        Assert.Equal(other, (await ec2.Client.DescribeInstancesAsync(all, Ec2Fixture.Ct)).Reservations.Single().Instances.Single().InstanceId);
    }
}
