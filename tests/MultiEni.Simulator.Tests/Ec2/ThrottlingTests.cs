using Amazon.EC2;
using Amazon.EC2.Model;
using MultiEni.Simulator.Ec2;

namespace MultiEni.Simulator.Tests.Ec2;

public sealed class ThrottlingTests
{
    private static readonly string _absent = "eni-0123456789abcdef0";

    /// <summary>
    /// Action, bucket and refill a second (docs/reference/ec2.md#request-tokens). A dry run takes a
    /// token as any other call.
    /// </summary>
    public static TheoryData<string, int, int> Buckets =>
        new()
        {
            { "CreateNetworkInterface", 100, 5 },
            { "AttachNetworkInterface", 50, 5 },
            { "DetachNetworkInterface", 50, 5 },
            { "DeleteNetworkInterface", 100, 5 },
            { "ModifyNetworkInterfaceAttribute", 100, 5 },
            { "AssignPrivateIpAddresses", 100, 5 },
            { "UnassignPrivateIpAddresses", 100, 5 },
            { "AssignIpv6Addresses", 100, 5 },
            { "UnassignIpv6Addresses", 50, 5 },
            { "CreateTags", 100, 10 },
            { "DeleteTags", 100, 10 },
            { "TerminateInstances", 100, 5 },
            { "DescribeNetworkInterfaces", 50, 10 },
            { "DescribeNetworkInterfaces by filter", 100, 20 },
            { "DescribeNetworkInterfaces in pages", 100, 20 },
            { "DescribeInstances", 50, 10 },
            { "DescribeInstances in pages", 100, 20 },
            { "DescribeSecurityGroups", 50, 10 },
            { "DescribeSubnets", 100, 20 },
            { "DescribeInstanceTypes", 100, 20 },
        };

    [Theory]
    [MemberData(nameof(Buckets))]
    public async Task A_bucket_gives_its_capacity_at_once_and_its_refill_every_second(string action, int capacity, int refill)
    {
        await using var ec2 = await Ec2Fixture.StartAsync(options => options with { Throttling = new Ec2Throttling() });

        Assert.Equal(capacity, await AdmittedAsync(ec2, action));
        // Throttled calls took nothing: the refill of one second is all there.
        ec2.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(refill, await AdmittedAsync(ec2, action));
        ec2.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(capacity, await AdmittedAsync(ec2, action));
    }

    [Fact]
    public async Task Raised_quotas_multiply_capacity_and_refill()
    {
        await using var ec2 = await Ec2Fixture.StartAsync(options => options with { Throttling = new Ec2Throttling { Multiplier = 3 } });
        Assert.Equal(150, await AdmittedAsync(ec2, "AttachNetworkInterface"));
        ec2.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(30, await AdmittedAsync(ec2, "AttachNetworkInterface"));
    }

    [Fact]
    public async Task One_empty_bucket_leaves_the_others_alone()
    {
        await using var ec2 = await Ec2Fixture.StartAsync(options => options with { Throttling = new Ec2Throttling() });
        await AdmittedAsync(ec2, "AttachNetworkInterface");
        Assert.Equal(100, await AdmittedAsync(ec2, "CreateNetworkInterface"));
        Assert.Equal(50, await AdmittedAsync(ec2, "DescribeNetworkInterfaces"));
        Assert.Equal(100, await AdmittedAsync(ec2, "DescribeNetworkInterfaces by filter"));
    }

    [Fact]
    public async Task A_shared_pool_holds_all_mutating_calls_together_and_no_describe()
    {
        await using var ec2 = await Ec2Fixture.StartAsync(options =>
            options with
            {
                Throttling = new Ec2Throttling { SharedMutatingPool = new BucketSize(50, 5) },
            }
        );
        Assert.Equal(50, await AdmittedAsync(ec2, "CreateNetworkInterface"));
        Assert.Equal(0, await AdmittedAsync(ec2, "AttachNetworkInterface"));
        Assert.Equal(100, await AdmittedAsync(ec2, "DescribeSubnets"));
        ec2.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(5, await AdmittedAsync(ec2, "AttachNetworkInterface"));
    }

    [Fact]
    public async Task A_throttled_call_is_503_has_no_effect_and_is_counted_apart()
    {
        await using var ec2 = await Ec2Fixture.StartAsync(options =>
            options with
            {
                Throttling = new Ec2Throttling { Overrides = new Dictionary<string, BucketSize> { ["CreateNetworkInterface"] = new(1, 1) } },
            }
        );
        await ec2.CreateAsync();
        await Ec2Fixture.FailsAsync("RequestLimitExceeded", () => ec2.CreateAsync(), 503);
        Assert.Equal(2, ec2.World.NetworkInterfaces.Count);
        var counters = ec2.Simulator.Counters.Snapshot();
        Assert.Equal(new Ec2ActionCount(Succeeded: 1, Failed: 0, Throttled: 1), counters["CreateNetworkInterface"]);
        Assert.Equal((1, 2), (counters.Throttled, counters.Mutating));
    }

    [Fact]
    public async Task Terminations_also_take_a_token_for_each_instance()
    {
        await using var ec2 = await Ec2Fixture.StartAsync(options => options with { Throttling = new Ec2Throttling() });
        List<string> many = [.. Enumerable.Range(0, 600).Select(number => $"i-{number:x17}")];
        var request = new TerminateInstancesRequest { InstanceIds = many };
        await Ec2Fixture.FailsAsync("InvalidInstanceID.NotFound", () => ec2.Client.TerminateInstancesAsync(request, Ec2Fixture.Ct));
        await Ec2Fixture.FailsAsync("RequestLimitExceeded", () => ec2.Client.TerminateInstancesAsync(request, Ec2Fixture.Ct), 503);
        ec2.Time.Advance(TimeSpan.FromSeconds(10));
        await Ec2Fixture.FailsAsync("InvalidInstanceID.NotFound", () => ec2.Client.TerminateInstancesAsync(request, Ec2Fixture.Ct));
    }

    /// <summary>Calls until the bucket is empty.</summary>
    private static async Task<int> AdmittedAsync(Ec2Fixture ec2, string action)
    {
        for (var admitted = 0; admitted < 500; admitted++)
        {
            try
            {
                await CallAsync(ec2.Client, action);
            }
            catch (AmazonEC2Exception error) when (error.ErrorCode == "RequestLimitExceeded")
            {
                return admitted;
            }
            catch (AmazonEC2Exception error) when (error.ErrorCode == "DryRunOperation")
            {
                // Admitted.
            }
        }

        return int.MaxValue;
    }

    private static Task CallAsync(AmazonEC2Client client, string action)
    {
        var ct = Ec2Fixture.Ct;
        return action switch
        {
            "CreateNetworkInterface" => client.CreateNetworkInterfaceAsync(new CreateNetworkInterfaceRequest { DryRun = true }, ct),
            "AttachNetworkInterface" => client.AttachNetworkInterfaceAsync(new AttachNetworkInterfaceRequest { DryRun = true }, ct),
            "DetachNetworkInterface" => client.DetachNetworkInterfaceAsync(new DetachNetworkInterfaceRequest { DryRun = true }, ct),
            "DeleteNetworkInterface" => client.DeleteNetworkInterfaceAsync(new DeleteNetworkInterfaceRequest { DryRun = true }, ct),
            "ModifyNetworkInterfaceAttribute" => client.ModifyNetworkInterfaceAttributeAsync(
                new ModifyNetworkInterfaceAttributeRequest { NetworkInterfaceId = _absent, DryRun = true },
                ct
            ),
            "AssignPrivateIpAddresses" => Refused(
                client.AssignPrivateIpAddressesAsync(new AssignPrivateIpAddressesRequest { NetworkInterfaceId = _absent }, ct)
            ),
            "UnassignPrivateIpAddresses" => Refused(
                client.UnassignPrivateIpAddressesAsync(new UnassignPrivateIpAddressesRequest { NetworkInterfaceId = _absent }, ct)
            ),
            "AssignIpv6Addresses" => Refused(client.AssignIpv6AddressesAsync(new AssignIpv6AddressesRequest { NetworkInterfaceId = _absent }, ct)),
            "UnassignIpv6Addresses" => Refused(
                client.UnassignIpv6AddressesAsync(new UnassignIpv6AddressesRequest { NetworkInterfaceId = _absent }, ct)
            ),
            "CreateTags" => client.CreateTagsAsync(new CreateTagsRequest { DryRun = true }, ct),
            "DeleteTags" => client.DeleteTagsAsync(new DeleteTagsRequest { DryRun = true }, ct),
            "TerminateInstances" => client.TerminateInstancesAsync(new TerminateInstancesRequest { DryRun = true }, ct),
            "DescribeNetworkInterfaces" => client.DescribeNetworkInterfacesAsync(new DescribeNetworkInterfacesRequest(), ct),
            "DescribeNetworkInterfaces by filter" => client.DescribeNetworkInterfacesAsync(
                new DescribeNetworkInterfacesRequest { Filters = [new Filter("status", ["available"])] },
                ct
            ),
            "DescribeNetworkInterfaces in pages" => client.DescribeNetworkInterfacesAsync(
                new DescribeNetworkInterfacesRequest { MaxResults = 5 },
                ct
            ),
            "DescribeInstances" => client.DescribeInstancesAsync(new DescribeInstancesRequest(), ct),
            "DescribeInstances in pages" => client.DescribeInstancesAsync(new DescribeInstancesRequest { MaxResults = 5 }, ct),
            "DescribeSecurityGroups" => client.DescribeSecurityGroupsAsync(new DescribeSecurityGroupsRequest(), ct),
            "DescribeSubnets" => client.DescribeSubnetsAsync(new DescribeSubnetsRequest(), ct),
            "DescribeInstanceTypes" => client.DescribeInstanceTypesAsync(new DescribeInstanceTypesRequest { InstanceTypes = ["m5.large"] }, ct),
            _ => throw new ArgumentOutOfRangeException(nameof(action), action, "No such call."),
        };
    }

    /// <summary>These have no dry run: an unknown interface is as good.</summary>
    private static async Task Refused(Task call)
    {
        try
        {
            await call;
        }
        catch (AmazonEC2Exception error) when (error.ErrorCode == "InvalidNetworkInterfaceID.NotFound")
        {
            // Admitted.
        }
    }
}
