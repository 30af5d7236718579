using Amazon.EC2.Model;
using MultiEni.Simulator.Ec2;

namespace MultiEni.Simulator.Tests.Ec2;

public sealed class ErrorCodeTests
{
    private const string Absent = "0123456789abcdef0";

    /// <summary>What is called, and the code it must give (docs/reference/ec2.md#errors).</summary>
    public static TheoryData<string, string> Refusals =>
        new()
        {
            { "create in an unknown subnet", "InvalidSubnetID.NotFound" },
            { "create in a malformed subnet", "InvalidSubnetID.Malformed" },
            { "create without subnet", "MissingParameter" },
            { "create with an unknown group", "InvalidSecurityGroupID.NotFound" },
            { "create with a malformed group", "InvalidSecurityGroupID.Malformed" },
            { "create with a group of another VPC", "InvalidParameter" },
            { "create with six groups", "SecurityGroupsPerInterfaceLimitExceeded" },
            { "create with count and prefix", "InvalidParameterCombination" },
            { "create with IPv6 count and prefix", "InvalidParameterCombination" },
            { "create with IPv6 in an IPv4 subnet", "InvalidParameterValue" },
            { "create with too many addresses", "InsufficientFreeAddressesInSubnet" },
            { "create with too many prefixes", "InsufficientCidrBlocks" },
            { "create with an address outside", "InvalidParameterValue" },
            { "create with a reserved address", "InvalidIPAddress.InUse" },
            { "create with 51 tags", "TagLimitExceeded" },
            { "create with an aws: tag", "InvalidParameterValue" },
            { "create with tags for another resource", "InvalidParameterValue" },
            { "create with a token of 65 characters", "InvalidParameterValue" },
            { "attach an unknown interface", "InvalidNetworkInterfaceID.NotFound" },
            { "attach a malformed interface", "InvalidNetworkInterfaceId.Malformed" },
            { "attach to an unknown instance", "InvalidInstanceID.NotFound" },
            { "attach without index", "MissingParameter" },
            { "attach at index 0", "InvalidParameterValue" },
            { "attach at a negative index", "InvalidParameterValue" },
            { "attach on a card that is not there", "InvalidParameterValue" },
            { "attach in another zone", "InvalidParameterCombination" },
            { "detach the unknown", "InvalidAttachmentID.NotFound" },
            { "detach the malformed", "InvalidNetworkInterfaceAttachmentId.Malformed" },
            { "delete the unknown", "InvalidNetworkInterfaceID.NotFound" },
            { "modify nothing", "InvalidParameterCombination" },
            { "modify two attributes", "InvalidParameterCombination" },
            { "modify the attachment of another interface", "InvalidAttachmentID.NotFound" },
            { "describe one known and one unknown", "InvalidNetworkInterfaceID.NotFound" },
            { "describe by an unknown filter", "InvalidParameterValue" },
            { "describe by 201 values", "FilterLimitExceeded" },
            { "describe a page of 4", "InvalidParameterValue" },
            { "describe a page of 1001", "InvalidParameterValue" },
            { "describe identifiers in pages", "InvalidParameterCombination" },
            { "describe with a made-up token", "InvalidNextToken" },
            { "describe an unknown group", "InvalidGroup.NotFound" },
            { "describe an unknown type", "InvalidInstanceType" },
            { "describe 101 types", "InvalidParameterValue" },
            { "tag the unknown", "InvalidNetworkInterfaceID.NotFound" },
            { "tag something else", "InvalidID" },
            { "tag without tags", "MissingParameter" },
            { "hop limit 65", "InvalidParameterValue" },
            { "unassign the primary address", "InvalidParameterValue" },
            { "assign nothing", "MissingParameter" },
            { "an action that is not simulated", "InvalidAction" },
        };

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task A_wrong_call_is_refused_with_its_code_and_changes_nothing(string what, string code)
    {
        await using var ec2 = await Ec2Fixture.StartAsync();
        var eni = await ec2.CreateAsync();
        var elsewhere = await ec2.CreateAsync(ec2.SubnetB);
        var before = (ec2.World.NetworkInterfaces, ec2.World.Subnets.Sum(subnet => subnet.FreeAddresses));

        await Ec2Fixture.FailsAsync(code, () => Call(ec2, what, eni, elsewhere));

        Assert.Equal(before.NetworkInterfaces, ec2.World.NetworkInterfaces);
        Assert.Equal(before.Item2, ec2.World.Subnets.Sum(subnet => subnet.FreeAddresses));
    }

    private static Task Call(Ec2Fixture ec2, string what, string eni, string elsewhere)
    {
        var client = ec2.Client;
        var ct = Ec2Fixture.Ct;
        Task Create(Action<CreateNetworkInterfaceRequest> change)
        {
            var request = new CreateNetworkInterfaceRequest { SubnetId = ec2.SubnetA };
            change(request);
            return client.CreateNetworkInterfaceAsync(request, ct);
        }

        Task Attach(Action<AttachNetworkInterfaceRequest> change)
        {
            var request = new AttachNetworkInterfaceRequest
            {
                NetworkInterfaceId = eni,
                InstanceId = ec2.InstanceId,
                DeviceIndex = 1,
                NetworkCardIndex = 0,
            };
            change(request);
            return client.AttachNetworkInterfaceAsync(request, ct);
        }

        Task Modify(Action<ModifyNetworkInterfaceAttributeRequest> change)
        {
            var request = new ModifyNetworkInterfaceAttributeRequest { NetworkInterfaceId = eni };
            change(request);
            return client.ModifyNetworkInterfaceAttributeAsync(request, ct);
        }

        Task Describe(Action<DescribeNetworkInterfacesRequest> change)
        {
            var request = new DescribeNetworkInterfacesRequest();
            change(request);
            return client.DescribeNetworkInterfacesAsync(request, ct);
        }

        Task Tag(string id, params Amazon.EC2.Model.Tag[] tags) =>
            client.CreateTagsAsync(new CreateTagsRequest { Resources = [id], Tags = [.. tags] }, ct);
        // The SDK's analyzer refuses constants out of range.
        static int Unchecked(int value) => value;
        static List<TagSpecification> Tags(string type, params IEnumerable<string> keys) =>
            [new TagSpecification { ResourceType = type, Tags = [.. keys.Select(key => new Amazon.EC2.Model.Tag(key, "v"))] }];

        return what switch
        {
            "create in an unknown subnet" => Create(request => request.SubnetId = $"subnet-{Absent}"),
            "create in a malformed subnet" => Create(request => request.SubnetId = "subnet-XYZ"),
            "create without subnet" => Create(request => request.SubnetId = null),
            "create with an unknown group" => Create(request => request.Groups = [$"sg-{Absent}"]),
            "create with a malformed group" => Create(request => request.Groups = ["web-tier"]),
            "create with a group of another VPC" => Create(request => request.Groups = [ec2.World.AddVpc().DefaultSecurityGroupId]),
            "create with six groups" => Create(request =>
                request.Groups = [.. Enumerable.Range(0, 6).Select(number => ec2.World.AddSecurityGroup(ec2.Vpc.Id, $"g{number}").Id)]
            ),
            "create with count and prefix" => Create(request => (request.SecondaryPrivateIpAddressCount, request.Ipv4PrefixCount) = (1, 1)),
            "create with IPv6 count and prefix" => Create(request => (request.Ipv6AddressCount, request.Ipv6PrefixCount) = (1, 1)),
            "create with IPv6 in an IPv4 subnet" => Create(request => (request.SubnetId, request.Ipv6AddressCount) = (ec2.SubnetB, 1)),
            "create with too many addresses" => Create(request => request.SecondaryPrivateIpAddressCount = 251),
            "create with too many prefixes" => Create(request => request.Ipv4PrefixCount = 16),
            "create with an address outside" => Create(request => request.PrivateIpAddress = "10.9.9.9"),
            "create with a reserved address" => Create(request => request.PrivateIpAddress = "10.0.0.3"),
            "create with 51 tags" => Create(request =>
                request.TagSpecifications = Tags("network-interface", Enumerable.Range(0, 51).Select(number => $"k{number}"))
            ),
            "create with an aws: tag" => Create(request => request.TagSpecifications = Tags("network-interface", "aws:x")),
            "create with tags for another resource" => Create(request => request.TagSpecifications = Tags("instance", "k")),
            "create with a token of 65 characters" => Create(request => request.ClientToken = new string('a', 65)),
            "attach an unknown interface" => Attach(request => request.NetworkInterfaceId = $"eni-{Absent}"),
            "attach a malformed interface" => Attach(request => request.NetworkInterfaceId = "eni-1"),
            "attach to an unknown instance" => Attach(request => request.InstanceId = $"i-{Absent}"),
            "attach without index" => Attach(request => request.DeviceIndex = null),
            "attach at index 0" => Attach(request => request.DeviceIndex = 0),
            "attach at a negative index" => Attach(request => request.DeviceIndex = -1),
            "attach on a card that is not there" => Attach(request => request.NetworkCardIndex = 1),
            "attach in another zone" => Attach(request => request.NetworkInterfaceId = elsewhere),
            "detach the unknown" => ec2.DetachAsync($"eni-attach-{Absent}"),
            "detach the malformed" => ec2.DetachAsync("attach-1"),
            "delete the unknown" => ec2.DeleteAsync($"eni-{Absent}"),
            "modify nothing" => Modify(_ => { }),
            "modify two attributes" => Modify(request => (request.SourceDestCheck, request.Description) = (false, "x")),
            "modify the attachment of another interface" => Modify(request =>
                request.Attachment = new NetworkInterfaceAttachmentChanges
                {
                    AttachmentId = ec2.World.NetworkInterfacesOf(ec2.InstanceId).First().Attachment!.Id,
                    DeleteOnTermination = true,
                }
            ),
            "describe one known and one unknown" => Describe(request => request.NetworkInterfaceIds = [eni, $"eni-{Absent}"]),
            "describe by an unknown filter" => Describe(request => request.Filters = [new Filter("colour", ["red"])]),
            "describe by 201 values" => Describe(request =>
                request.Filters = [new Filter("network-interface-id", [.. Enumerable.Range(0, 201).Select(number => $"eni-{number:x17}")])]
            ),
            "describe a page of 4" => Describe(request => request.MaxResults = Unchecked(4)),
            "describe a page of 1001" => Describe(request => request.MaxResults = Unchecked(1001)),
            "describe identifiers in pages" => Describe(request => (request.NetworkInterfaceIds, request.MaxResults) = ([eni], 10)),
            "describe with a made-up token" => Describe(request => request.NextToken = "abc"),
            "describe an unknown group" => client.DescribeSecurityGroupsAsync(new DescribeSecurityGroupsRequest { GroupIds = [$"sg-{Absent}"] }, ct),
            "describe an unknown type" => client.DescribeInstanceTypesAsync(new DescribeInstanceTypesRequest { InstanceTypes = ["z9.huge"] }, ct),
            "describe 101 types" => client.DescribeInstanceTypesAsync(
                new DescribeInstanceTypesRequest { InstanceTypes = [.. Enumerable.Repeat("m5.large", 101)] },
                ct
            ),
            "tag the unknown" => Tag($"eni-{Absent}", new Amazon.EC2.Model.Tag("k", "v")),
            "tag something else" => Tag("vol-1", new Amazon.EC2.Model.Tag("k", "v")),
            "tag without tags" => Tag(eni),
            "hop limit 65" => client.ModifyInstanceMetadataOptionsAsync(
                new ModifyInstanceMetadataOptionsRequest { InstanceId = ec2.InstanceId, HttpPutResponseHopLimit = 65 },
                ct
            ),
            "unassign the primary address" => client.UnassignPrivateIpAddressesAsync(
                new UnassignPrivateIpAddressesRequest
                {
                    NetworkInterfaceId = eni,
                    PrivateIpAddresses = [ec2.World.FindNetworkInterface(eni)!.PrivateIps[0]],
                },
                ct
            ),
            "assign nothing" => client.AssignPrivateIpAddressesAsync(new AssignPrivateIpAddressesRequest { NetworkInterfaceId = eni }, ct),
            "an action that is not simulated" => client.DescribeVolumesAsync(new DescribeVolumesRequest(), ct),
            _ => throw new ArgumentOutOfRangeException(nameof(what), what, "No such case."),
        };
    }

    [Fact]
    public async Task An_occupied_index_is_named_in_the_message()
    {
        await using var ec2 = await Ec2Fixture.StartAsync();
        await ec2.AttachAsync(await ec2.CreateAsync());
        var second = await ec2.CreateAsync();
        var error = await Ec2Fixture.FailsAsync("InvalidParameterValue", () => ec2.AttachAsync(second));
        Assert.Equal($"Instance '{ec2.InstanceId}' already has an interface attached at device index '1'.", error.Message);
    }

    [Fact]
    public async Task An_attached_interface_does_not_attach_again_to_the_same_or_another_instance()
    {
        await using var ec2 = await Ec2Fixture.StartAsync();
        var id = await ec2.CreateAsync();
        await ec2.AttachAsync(id);
        var other = ec2.World.RunInstance("m5.xlarge", ec2.SubnetA);
        await Ec2Fixture.FailsAsync("InvalidNetworkInterface.InUse", () => ec2.AttachAsync(id, 2));
        await Ec2Fixture.FailsAsync("InvalidNetworkInterface.InUse", () => ec2.AttachAsync(id, 1, instanceId: other));
    }

    [Fact]
    public async Task A_full_instance_names_its_count_and_type()
    {
        await using var ec2 = await Ec2Fixture.StartAsync();
        var medium = ec2.World.RunInstance("t3.medium", ec2.SubnetA);
        await ec2.AttachAsync(await ec2.CreateAsync(), 1, instanceId: medium);
        await ec2.AttachAsync(await ec2.CreateAsync(), 2, instanceId: medium);
        var fourth = await ec2.CreateAsync();
        var error = await Ec2Fixture.FailsAsync("AttachmentLimitExceeded", () => ec2.AttachAsync(fourth, 3, instanceId: medium));
        Assert.Equal("Interface count 4 exceeds the limit for t3.medium", error.Message);
    }

    [Fact]
    public async Task A_card_is_full_before_the_instance_is()
    {
        await using var ec2 = await Ec2Fixture.StartAsync();
        var p5 = ec2.World.RunInstance("p5.48xlarge", ec2.SubnetA);
        await ec2.AttachAsync(await ec2.CreateAsync(), 1, 0, p5);
        var third = await ec2.CreateAsync();
        await Ec2Fixture.FailsAsync("AttachmentLimitExceeded", () => ec2.AttachAsync(third, 2, 0, p5));
        await Ec2Fixture.FailsAsync("InvalidParameterValue", () => ec2.AttachAsync(third, 2, 1, p5));
        await ec2.AttachAsync(third, 0, 1, p5);
        Assert.Equal(3, ec2.World.NetworkInterfacesOf(p5).Count);
    }

    [Fact]
    public async Task The_same_index_is_free_on_another_card()
    {
        await using var ec2 = await Ec2Fixture.StartAsync();
        var c6 = ec2.World.RunInstance("c6in.32xlarge", ec2.SubnetA);
        await ec2.AttachAsync(await ec2.CreateAsync(), 1, 0, c6);
        await ec2.AttachAsync(await ec2.CreateAsync(), 1, 1, c6);
        Assert.Equal(3, ec2.World.NetworkInterfacesOf(c6).Count);
    }

    [Fact]
    public async Task Only_a_running_or_stopped_instance_takes_interfaces()
    {
        await using var ec2 = await Ec2Fixture.StartAsync(options =>
            options with
            {
                Latencies = new Ec2Latencies
                {
                    InstanceStart = TimeSpan.FromSeconds(10),
                    InstanceStop = TimeSpan.FromSeconds(10),
                    InstanceTerminate = TimeSpan.FromSeconds(10),
                },
            }
        );
        var id = await ec2.CreateAsync();
        var step = TimeSpan.FromSeconds(10);

        var error = await Ec2Fixture.FailsAsync("IncorrectState", () => ec2.AttachAsync(id));
        Assert.Contains("is not 'running'", error.Message, StringComparison.Ordinal);
        ec2.Time.Advance(step);
        ec2.World.Stop(ec2.InstanceId);
        await Ec2Fixture.FailsAsync("IncorrectState", () => ec2.AttachAsync(id));
        ec2.Time.Advance(step);
        await ec2.AttachAsync(id);
        var second = await ec2.CreateAsync();
        ec2.World.Start(ec2.InstanceId);
        await Ec2Fixture.FailsAsync("IncorrectState", () => ec2.AttachAsync(second, 2));
        ec2.Time.Advance(step);
        await ec2.AttachAsync(second, 2);
        var third = await ec2.CreateAsync();
        ec2.World.Terminate(ec2.InstanceId);
        await Ec2Fixture.FailsAsync("IncorrectState", () => ec2.AttachAsync(third, 3));
    }

    [Fact]
    public async Task An_EFA_cannot_be_attached_to_a_running_instance()
    {
        await using var ec2 = await Ec2Fixture.StartAsync();
        var efa = await ec2.Client.CreateNetworkInterfaceAsync(
            new CreateNetworkInterfaceRequest { SubnetId = ec2.SubnetA, InterfaceType = "efa" },
            Ec2Fixture.Ct
        );
        await Ec2Fixture.FailsAsync("UnsupportedOperation", () => ec2.AttachAsync(efa.NetworkInterface.NetworkInterfaceId));
    }

    [Fact]
    public async Task The_quota_of_the_Region_counts_every_interface()
    {
        await using var ec2 = await Ec2Fixture.StartAsync(options => options with { NetworkInterfaceQuota = 3 });
        var first = await ec2.CreateAsync();
        await ec2.CreateAsync();
        await Ec2Fixture.FailsAsync("NetworkInterfaceLimitExceeded", () => ec2.CreateAsync());
        await ec2.DeleteAsync(first);
        await ec2.CreateAsync();
    }

    [Fact]
    public async Task A_dry_run_proves_the_permission_and_does_nothing()
    {
        await using var ec2 = await Ec2Fixture.StartAsync();
        var request = new CreateNetworkInterfaceRequest { SubnetId = ec2.SubnetA, DryRun = true };
        await Ec2Fixture.FailsAsync("DryRunOperation", () => ec2.Client.CreateNetworkInterfaceAsync(request, Ec2Fixture.Ct), 412);
        ec2.Simulator.Faults.Deny("CreateNetworkInterface");
        await Ec2Fixture.FailsAsync("UnauthorizedOperation", () => ec2.Client.CreateNetworkInterfaceAsync(request, Ec2Fixture.Ct), 403);
        ec2.Simulator.Faults.Allow("CreateNetworkInterface");
        await Ec2Fixture.FailsAsync("DryRunOperation", () => ec2.Client.CreateNetworkInterfaceAsync(request, Ec2Fixture.Ct), 412);
        Assert.Single(ec2.World.NetworkInterfaces);
    }
}
