using Amazon.EC2;
using Amazon.EC2.Model;
using CsCheck;

namespace MultiEni.Simulator.Tests.Ec2;

public sealed class AddressTests
{
    [Fact]
    public async Task Five_addresses_of_a_subnet_are_reserved()
    {
        await using var ec2 = await Ec2Fixture.StartAsync();
        var tiny = ec2.World.AddSubnet(ec2.Vpc.Id, "us-east-1a", "10.0.2.0/28");
        Assert.Equal(11, tiny.FreeAddresses);
        for (var number = 0; number < 11; number++)
        {
            await ec2.CreateAsync(tiny.Id);
        }

        await Ec2Fixture.FailsAsync("InsufficientFreeAddressesInSubnet", () => ec2.CreateAsync(tiny.Id));
        var used = ec2.World.NetworkInterfaces.Where(row => row.SubnetId == tiny.Id).Select(row => row.PrivateIps[0]);
        Assert.Equal(Enumerable.Range(4, 11).Select(host => $"10.0.2.{host}"), used);
    }

    [Fact]
    public async Task Secondary_addresses_and_prefixes_come_with_the_interface()
    {
        await using var ec2 = await Ec2Fixture.StartAsync();
        var free = Free(ec2, ec2.SubnetA);
        var four = await CreateAsync(ec2, request => request.SecondaryPrivateIpAddressCount = 3);
        Assert.Equal([true, false, false, false], four.PrivateIpAddresses.Select(address => address.Primary!.Value));
        Assert.Equal(free - 4, Free(ec2, ec2.SubnetA));

        var prefixes = await CreateAsync(ec2, request => request.Ipv4PrefixCount = 2);
        Assert.Equal(["10.0.0.16/28", "10.0.0.32/28"], prefixes.Ipv4Prefixes.Select(prefix => prefix.Ipv4Prefix));
        Assert.Equal(free - 4 - 1 - 32, Free(ec2, ec2.SubnetA));

        var six = await CreateAsync(ec2, request => request.Ipv6AddressCount = 2);
        Assert.Equal(2, six.Ipv6Addresses.Select(address => address.Ipv6Address).Distinct().Count());
        Assert.All(six.Ipv6Addresses, address => Assert.StartsWith("fd00:0:0:1:", address.Ipv6Address, StringComparison.Ordinal));
        var eighty = await CreateAsync(ec2, request => request.Ipv6PrefixCount = 1);
        Assert.Equal("fd00:0:0:1:1::/80", Assert.Single(eighty.Ipv6Prefixes).Ipv6Prefix);

        foreach (var row in new[] { four, prefixes, six, eighty })
        {
            await ec2.DeleteAsync(row.NetworkInterfaceId);
        }

        Assert.Equal(free, Free(ec2, ec2.SubnetA));
    }

    [Fact]
    public async Task A_subnet_with_IPv6_only_counts_no_addresses_and_gives_every_interface_one_of_IPv6()
    {
        await using var ec2 = await Ec2Fixture.StartAsync();
        var native = ec2.World.AddSubnet(ec2.Vpc.Id, "us-east-1a", "", ipv6Cidr: "fd00:0:0:9::/64").Id;

        var described = Assert.Single(
            (await ec2.Client.DescribeSubnetsAsync(new DescribeSubnetsRequest { SubnetIds = [native] }, Ec2Fixture.Ct)).Subnets
        );
        Assert.Equal((true, null, 0), (described.Ipv6Native, described.CidrBlock, described.AvailableIpAddressCount));
        var row = await CreateAsync(ec2, request => request.SubnetId = native);
        Assert.Null(row.PrivateIpAddress);
        Assert.Null(row.PrivateIpAddresses);
        Assert.Single(row.Ipv6Addresses);
        var three = await CreateAsync(ec2, request => (request.SubnetId, request.Ipv6AddressCount) = (native, 3));
        Assert.Equal(3, three.Ipv6Addresses.Count);
        await Ec2Fixture.FailsAsync(
            "InvalidParameterCombination",
            () => CreateAsync(ec2, request => (request.SubnetId, request.Ipv4PrefixCount) = (native, 1))
        );
        await ec2.DeleteAsync(row.NetworkInterfaceId);
        await ec2.DeleteAsync(three.NetworkInterfaceId);
    }

    [Fact]
    public async Task A_fragmented_subnet_has_addresses_and_no_block()
    {
        await using var ec2 = await Ec2Fixture.StartAsync();
        ec2.World.Fragment(ec2.SubnetA);

        await ec2.CreateAsync(ec2.SubnetA);
        await Ec2Fixture.FailsAsync("InsufficientCidrBlocks", () => CreateAsync(ec2, request => request.Ipv4PrefixCount = 1));
    }

    [Fact]
    public async Task What_a_subnet_keeps_is_taken_for_prefixes_or_by_name_only()
    {
        await using var ec2 = await Ec2Fixture.StartAsync();
        var subnet = ec2.World.AddSubnet(ec2.Vpc.Id, "us-east-1a", "10.0.2.0/26").Id;
        ec2.World.Reserve(subnet, new("10.0.2.16/28", IsForPrefixes: true));
        ec2.World.Reserve(subnet, new("10.0.2.32/28", IsForPrefixes: false));
        Assert.Equal(64 - 32 - 5, Free(ec2, subnet));
        Assert.Equal(
            [("10.0.2.16/28", "prefix"), ("10.0.2.32/28", "explicit")],
            (await ec2.Client.GetSubnetCidrReservationsAsync(new() { SubnetId = subnet }, Ec2Fixture.Ct)).SubnetIpv4CidrReservations.Select(range =>
                (range.Cidr, range.ReservationType.Value)
            )
        );

        ec2.World.OccupyAddresses(subnet, Free(ec2, subnet) - 2);
        var row = await CreateAsync(ec2, request => (request.SubnetId, request.Ipv4PrefixCount) = (subnet, 1));
        Assert.Equal("10.0.2.16/28", Assert.Single(row.Ipv4Prefixes).Ipv4Prefix);
        Assert.Equal(1, Free(ec2, subnet));
        await Ec2Fixture.FailsAsync(
            "InsufficientCidrBlocks",
            () => CreateAsync(ec2, request => (request.SubnetId, request.Ipv4PrefixCount) = (subnet, 1))
        );
        var named = await CreateAsync(ec2, request => (request.SubnetId, request.PrivateIpAddress) = (subnet, "10.0.2.40"));
        await CreateAsync(ec2, request => request.SubnetId = subnet);
        await Ec2Fixture.FailsAsync("InsufficientFreeAddressesInSubnet", () => CreateAsync(ec2, request => request.SubnetId = subnet));

        await ec2.DeleteAsync(named.NetworkInterfaceId);
        await ec2.DeleteAsync(row.NetworkInterfaceId);
        Assert.Equal(1, Free(ec2, subnet));
    }

    [Fact]
    public async Task Scattered_addresses_leave_room_for_addresses_but_not_for_prefixes()
    {
        await using var ec2 = await Ec2Fixture.StartAsync();
        var subnet = ec2.World.AddSubnet(ec2.Vpc.Id, "us-east-1a", "10.0.2.0/27").Id;
        await CreateAsync(ec2, request => (request.SubnetId, request.PrivateIpAddress) = (subnet, "10.0.2.20"));
        await Ec2Fixture.FailsAsync(
            "InsufficientCidrBlocks",
            () => CreateAsync(ec2, request => (request.SubnetId, request.Ipv4PrefixCount) = (subnet, 1))
        );
        await CreateAsync(ec2, request => (request.SubnetId, request.SecondaryPrivateIpAddressCount) = (subnet, 24));
        Assert.Equal(1, Free(ec2, subnet));
    }

    [Fact]
    public async Task Given_addresses_are_taken_or_refused_when_in_use()
    {
        await using var ec2 = await Ec2Fixture.StartAsync();
        var row = await CreateAsync(
            ec2,
            request =>
                request.PrivateIpAddresses = [new() { PrivateIpAddress = "10.0.0.51" }, new() { PrivateIpAddress = "10.0.0.50", Primary = true }]
        );
        Assert.Equal("10.0.0.50", row.PrivateIpAddress);
        await Ec2Fixture.FailsAsync("InvalidIPAddress.InUse", () => CreateAsync(ec2, request => request.PrivateIpAddress = "10.0.0.51"));
    }

    [Fact]
    public async Task Addresses_are_assigned_and_unassigned_within_the_limit_of_the_type()
    {
        await using var ec2 = await Ec2Fixture.StartAsync();
        var id = await ec2.CreateAsync();
        await ec2.AttachAsync(id);
        var free = Free(ec2, ec2.SubnetA);
        var assigned = await ec2.Client.AssignPrivateIpAddressesAsync(
            new AssignPrivateIpAddressesRequest { NetworkInterfaceId = id, SecondaryPrivateIpAddressCount = 12 },
            Ec2Fixture.Ct
        );
        Assert.Equal(12, assigned.AssignedPrivateIpAddresses.Count);
        var prefix = await ec2.Client.AssignPrivateIpAddressesAsync(
            new AssignPrivateIpAddressesRequest { NetworkInterfaceId = id, Ipv4PrefixCount = 2 },
            Ec2Fixture.Ct
        );
        Assert.Equal(2, prefix.AssignedIpv4Prefixes.Count);
        // An m5.xlarge has 15 places on each interface.
        await Ec2Fixture.FailsAsync(
            "PrivateIpAddressLimitExceeded",
            () =>
                ec2.Client.AssignPrivateIpAddressesAsync(
                    new AssignPrivateIpAddressesRequest { NetworkInterfaceId = id, PrivateIpAddresses = ["10.0.0.200"] },
                    Ec2Fixture.Ct
                )
        );
        await ec2.Client.UnassignPrivateIpAddressesAsync(
            new UnassignPrivateIpAddressesRequest
            {
                NetworkInterfaceId = id,
                PrivateIpAddresses = [.. assigned.AssignedPrivateIpAddresses.Select(address => address.PrivateIpAddress)],
                Ipv4Prefixes = [.. prefix.AssignedIpv4Prefixes.Select(block => block.Ipv4Prefix)],
            },
            Ec2Fixture.Ct
        );
        Assert.Equal(free, Free(ec2, ec2.SubnetA));
        Assert.Single((await ec2.DescribeAsync(id)).PrivateIpAddresses);
    }

    [Fact]
    public async Task IPv6_addresses_are_assigned_and_unassigned()
    {
        await using var ec2 = await Ec2Fixture.StartAsync();
        var id = await ec2.CreateAsync();
        var assigned = await ec2.Client.AssignIpv6AddressesAsync(
            new AssignIpv6AddressesRequest { NetworkInterfaceId = id, Ipv6AddressCount = 2 },
            Ec2Fixture.Ct
        );
        Assert.Equal(assigned.AssignedIpv6Addresses, (await ec2.DescribeAsync(id)).Ipv6Addresses.Select(address => address.Ipv6Address));
        var gone = await ec2.Client.UnassignIpv6AddressesAsync(
            new UnassignIpv6AddressesRequest { NetworkInterfaceId = id, Ipv6Addresses = [assigned.AssignedIpv6Addresses[0]] },
            Ec2Fixture.Ct
        );
        Assert.Equal([assigned.AssignedIpv6Addresses[0]], gone.UnassignedIpv6Addresses);
        Assert.Equal([assigned.AssignedIpv6Addresses[1]], ec2.World.FindNetworkInterface(id)!.Ipv6Addresses);
    }

    [Fact]
    public async Task A_secondary_address_moves_in_one_call_and_a_primary_one_or_one_of_a_prefix_does_not()
    {
        await using var ec2 = await Ec2Fixture.StartAsync();
        var (holder, taker) = (await ec2.CreateAsync(), await ec2.CreateAsync());
        await AssignAsync(ec2, holder, "10.0.0.77", reassign: false);
        var prefix = (await CreateAsync(ec2, request => request.Ipv4PrefixCount = 1)).Ipv4Prefixes[0].Ipv4Prefix.Split('/')[0];
        var (primary, free) = (ec2.World.FindNetworkInterface(holder)!.PrivateIps[0], Free(ec2, ec2.SubnetA));

        await Ec2Fixture.FailsAsync("InvalidIPAddress.InUse", () => AssignAsync(ec2, taker, "10.0.0.77", reassign: false));
        await Ec2Fixture.FailsAsync("InvalidIPAddress.InUse", () => AssignAsync(ec2, taker, primary, reassign: true));
        await Ec2Fixture.FailsAsync("InvalidIPAddress.InUse", () => AssignAsync(ec2, taker, prefix, reassign: true));
        await AssignAsync(ec2, taker, "10.0.0.77", reassign: true);

        Assert.Equal([primary], ec2.World.FindNetworkInterface(holder)!.PrivateIps);
        Assert.Contains("10.0.0.77", ec2.World.FindNetworkInterface(taker)!.PrivateIps);
        Assert.Equal(free, Free(ec2, ec2.SubnetA));
        await Ec2Fixture.FailsAsync("InvalidParameterValue", () => AssignAsync(ec2, taker, "10.200.0.1", reassign: true));
    }

    [Fact]
    public async Task An_IPv6_address_with_a_name_has_to_be_unassigned_first()
    {
        await using var ec2 = await Ec2Fixture.StartAsync();
        var (holder, taker) = (await ec2.CreateAsync(), await ec2.CreateAsync());
        await AssignIpv6Async(ec2, holder, "fd00:0:0:1::5");

        await Ec2Fixture.FailsAsync("InvalidIPAddress.InUse", () => AssignIpv6Async(ec2, taker, "fd00:0:0:1::5"));
        await Ec2Fixture.FailsAsync("InvalidParameterValue", () => AssignIpv6Async(ec2, taker, "fd01::5"));
        var counted = await ec2.Client.AssignIpv6AddressesAsync(
            new AssignIpv6AddressesRequest { NetworkInterfaceId = taker, Ipv6AddressCount = 3 },
            Ec2Fixture.Ct
        );
        Assert.DoesNotContain("fd00:0:0:1::5", counted.AssignedIpv6Addresses);
        await ec2.Client.UnassignIpv6AddressesAsync(
            new UnassignIpv6AddressesRequest { NetworkInterfaceId = holder, Ipv6Addresses = ["fd00:0:0:1::5"] },
            Ec2Fixture.Ct
        );
        await AssignIpv6Async(ec2, taker, "fd00:0:0:1::5");

        Assert.Contains("fd00:0:0:1::5", ec2.World.FindNetworkInterface(taker)!.Ipv6Addresses);
    }

    [Fact]
    public async Task An_interface_with_more_addresses_than_the_type_takes_is_not_attached()
    {
        await using var ec2 = await Ec2Fixture.StartAsync();
        var micro = ec2.World.RunInstance("t3.micro", ec2.SubnetA);
        var row = await CreateAsync(ec2, request => request.SecondaryPrivateIpAddressCount = 2);
        await Ec2Fixture.FailsAsync("PrivateIpAddressLimitExceeded", () => ec2.AttachAsync(row.NetworkInterfaceId, 1, instanceId: micro));
    }

    [Fact]
    public async Task Whatever_is_created_and_deleted_addresses_add_up_and_one_index_holds_one_interface()
    {
        await using var ec2 = await Ec2Fixture.StartAsync();
        var subnet = ec2.World.AddSubnet(ec2.Vpc.Id, "us-east-1a", "10.0.2.0/27", ipv6Cidr: "fd00:0:0:2::/64").Id;
        var step = Gen.Select(Gen.Int[0, 5], Gen.Int[0, 5], Gen.Int[0, 2]);
        await step.List[1, 25]
            .SampleAsync(
                async steps =>
                {
                    foreach (var (kind, number, prefixes) in steps)
                    {
                        await TryAsync(() => StepAsync(ec2, subnet, kind, number, prefixes));
                        Check(ec2, subnet);
                    }
                },
                iter: 15,
                threads: 1
            );
        // The walk must have been worth it.
        Assert.True(ec2.Simulator.Counters.Snapshot()["CreateNetworkInterface"].Succeeded > 10);
    }

    private static Task StepAsync(Ec2Fixture ec2, string subnet, int kind, int number, int prefixes)
    {
        var mine = ec2.World.NetworkInterfaces.Where(row => row.SubnetId == subnet).ToList();
        var chosen = mine.Count == 0 ? null : mine[number % mine.Count];
        return kind switch
        {
            0 => CreateAsync(ec2, request => (request.SubnetId, request.SecondaryPrivateIpAddressCount) = (subnet, number)),
            1 => CreateAsync(ec2, request => (request.SubnetId, request.Ipv4PrefixCount) = (subnet, prefixes)),
            2 when chosen is not null => ec2.AttachAsync(chosen.Id, number),
            3 when chosen?.Attachment is { } attachment => ec2.DetachAsync(attachment.Id),
            4 when chosen is not null => ec2.DeleteAsync(chosen.Id),
            5 when chosen is not null => ec2.Client.AssignPrivateIpAddressesAsync(
                new AssignPrivateIpAddressesRequest { NetworkInterfaceId = chosen.Id, SecondaryPrivateIpAddressCount = number },
                Ec2Fixture.Ct
            ),
            _ => Task.CompletedTask,
        };
    }

    private static void Check(Ec2Fixture ec2, string subnet)
    {
        var rows = ec2.World.NetworkInterfaces.Where(row => row.SubnetId == subnet).ToList();
        var addresses = rows.SelectMany(row => row.PrivateIps).ToList();
        Assert.Equal(addresses.Count, addresses.Distinct().Count());
        var free = Free(ec2, subnet);
        Assert.InRange(free, 0, 27);
        Assert.Equal(27 - addresses.Count - (16 * rows.Sum(row => row.Ipv4Prefixes.Count)), free);
        var places = ec2
            .World.NetworkInterfacesOf(ec2.InstanceId)
            .Select(row => (row.Attachment!.NetworkCardIndex, row.Attachment.DeviceIndex))
            .ToList();
        Assert.Equal(places.Count, places.Distinct().Count());
        Assert.InRange(places.Count, 1, 4);
    }

    private static async Task TryAsync(Func<Task> step)
    {
        try
        {
            await step();
        }
        catch (AmazonEC2Exception error) when ((int)error.StatusCode == 400)
        {
            // A refusal is one of the ways a step may end.
        }
    }

    private static Task<AssignPrivateIpAddressesResponse> AssignAsync(Ec2Fixture ec2, string id, string address, bool reassign) =>
        ec2.Client.AssignPrivateIpAddressesAsync(
            new AssignPrivateIpAddressesRequest
            {
                NetworkInterfaceId = id,
                PrivateIpAddresses = [address],
                AllowReassignment = reassign,
            },
            Ec2Fixture.Ct
        );

    private static Task<AssignIpv6AddressesResponse> AssignIpv6Async(Ec2Fixture ec2, string id, string address) =>
        ec2.Client.AssignIpv6AddressesAsync(new AssignIpv6AddressesRequest { NetworkInterfaceId = id, Ipv6Addresses = [address] }, Ec2Fixture.Ct);

    private static int Free(Ec2Fixture ec2, string subnetId) => ec2.World.Subnets.Single(subnet => subnet.Id == subnetId).FreeAddresses;

    private static async Task<Amazon.EC2.Model.NetworkInterface> CreateAsync(Ec2Fixture ec2, Action<CreateNetworkInterfaceRequest> change)
    {
        var request = new CreateNetworkInterfaceRequest { SubnetId = ec2.SubnetA };
        change(request);
        return (await ec2.Client.CreateNetworkInterfaceAsync(request, Ec2Fixture.Ct)).NetworkInterface;
    }
}
