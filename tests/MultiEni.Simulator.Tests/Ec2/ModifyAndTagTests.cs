using Amazon.EC2.Model;

namespace MultiEni.Simulator.Tests.Ec2;

public sealed class ModifyAndTagTests
{
    [Fact]
    public async Task Every_attribute_can_be_changed_alone()
    {
        await using var ec2 = await Ec2Fixture.StartAsync();
        var id = await ec2.CreateAsync();
        var attachmentId = await ec2.AttachAsync(id);
        await ModifyAsync(ec2, id, request => request.SourceDestCheck = false);
        await ModifyAsync(ec2, id, request => request.Description = "uplink <1> & \"2\"");
        await ModifyAsync(ec2, id, request => request.Groups = [ec2.Group, ec2.Vpc.DefaultSecurityGroupId]);
        await ModifyAsync(ec2, id, request => request.Attachment = new() { AttachmentId = attachmentId, DeleteOnTermination = true });

        var row = await ec2.DescribeAsync(id);
        Assert.False(row.SourceDestCheck);
        Assert.Equal("uplink <1> & \"2\"", row.Description);
        Assert.Equal([ec2.Group, ec2.Vpc.DefaultSecurityGroupId], row.Groups.Select(group => group.GroupId));
        Assert.True(row.Attachment.DeleteOnTermination);
    }

    [Fact]
    public async Task Timeouts_of_connection_tracking_are_set_one_by_one_within_their_bounds()
    {
        await using var ec2 = await Ec2Fixture.StartAsync();
        var created = await ec2.Client.CreateNetworkInterfaceAsync(
            new()
            {
                SubnetId = ec2.SubnetA,
                ConnectionTrackingSpecification = new() { TcpEstablishedTimeout = 350 },
            },
            Ec2Fixture.Ct
        );
        var id = created.NetworkInterface.NetworkInterfaceId;
        await ModifyAsync(ec2, id, request => request.ConnectionTrackingSpecification = new() { UdpTimeout = 45 });

        var timeouts = (await ec2.DescribeAsync(id)).ConnectionTrackingConfiguration;
        Assert.Equal((350, null, 45), (timeouts.TcpEstablishedTimeout, timeouts.UdpStreamTimeout, timeouts.UdpTimeout));
        Assert.Null((await ec2.DescribeAsync(await ec2.CreateAsync())).ConnectionTrackingConfiguration);
        await Ec2Fixture.FailsAsync(
            "InvalidParameterValue",
            () => ModifyAsync(ec2, id, request => request.ConnectionTrackingSpecification = new() { UdpStreamTimeout = 181 })
        );
    }

    [Fact]
    public async Task ENA_Express_belongs_to_the_attachment_and_needs_a_type_that_supports_it()
    {
        await using var ec2 = await Ec2Fixture.StartAsync();
        var fast = ec2.World.RunInstance("m6i.8xlarge", ec2.SubnetA);
        var id = await ec2.CreateAsync();
        await Ec2Fixture.FailsAsync("InvalidParameterCombination", () => ModifyAsync(ec2, id, Express(true)));
        var slow = await ec2.CreateAsync();
        await Ec2Fixture.FailsAsync(
            "UnsupportedOperation",
            () => AttachAsync(ec2, slow, ec2.InstanceId, request => request.EnaSrdSpecification = new() { EnaSrdEnabled = true })
        );

        var attached = await AttachAsync(ec2, id, fast, request => request.EnaSrdSpecification = new() { EnaSrdEnabled = true });
        Assert.Equal((true, false), Shown(await ec2.DescribeAsync(id)));
        await ModifyAsync(ec2, id, Express(true, udp: true));
        Assert.Equal((true, true), Shown(await ec2.DescribeAsync(id)));
        await Ec2Fixture.FailsAsync("InvalidParameterCombination", () => ModifyAsync(ec2, id, Express(false, udp: true)));

        await ec2.DetachAsync(attached);
        await ec2.AttachAsync(id, 2, instanceId: fast);
        Assert.Null((await ec2.DescribeAsync(id)).Attachment.EnaSrdSpecification);

        static Action<ModifyNetworkInterfaceAttributeRequest> Express(bool enabled, bool udp = false) =>
            request =>
                request.EnaSrdSpecification = new()
                {
                    EnaSrdEnabled = enabled,
                    EnaSrdUdpSpecification = new() { EnaSrdUdpEnabled = udp },
                };

        static (bool?, bool?) Shown(NetworkInterface row) =>
            (row.Attachment.EnaSrdSpecification.EnaSrdEnabled, row.Attachment.EnaSrdSpecification.EnaSrdUdpSpecification.EnaSrdUdpEnabled);
    }

    [Fact]
    public async Task Queues_are_limited_by_interface_and_by_card_and_change_only_while_the_instance_is_stopped()
    {
        await using var ec2 = await Ec2Fixture.StartAsync();
        var fast = ec2.World.RunInstance("m6i.8xlarge", ec2.SubnetA);
        var id = await ec2.CreateAsync();
        await Ec2Fixture.FailsAsync("UnsupportedOperation", () => AttachAsync(ec2, id, ec2.InstanceId, request => request.EnaQueueCount = 4));
        await Ec2Fixture.FailsAsync("InvalidParameterValue", () => AttachAsync(ec2, id, fast, request => request.EnaQueueCount = 33));
        var attached = await AttachAsync(ec2, id, fast, request => request.EnaQueueCount = 32);
        Assert.Equal(32, (await ec2.DescribeAsync(id)).Attachment.EnaQueueCount);
        var second = await ec2.CreateAsync();
        await Ec2Fixture.FailsAsync(
            "InvalidParameterValue",
            () => AttachAsync(ec2, second, fast, request => (request.EnaQueueCount, request.DeviceIndex) = (25, 2))
        );
        await AttachAsync(ec2, second, fast, request => (request.EnaQueueCount, request.DeviceIndex) = (24, 2));

        await Ec2Fixture.FailsAsync(
            "IncorrectInstanceState",
            () => ModifyAsync(ec2, id, request => request.Attachment = new() { AttachmentId = attached, EnaQueueCount = 8 })
        );
        ec2.World.Stop(fast);
        await ModifyAsync(ec2, id, request => request.Attachment = new() { AttachmentId = attached, EnaQueueCount = 8 });
        Assert.Equal(8, (await ec2.DescribeAsync(id)).Attachment.EnaQueueCount);
    }

    private static async Task<string> AttachAsync(Ec2Fixture ec2, string id, string instance, Action<AttachNetworkInterfaceRequest> with)
    {
        var request = new AttachNetworkInterfaceRequest
        {
            NetworkInterfaceId = id,
            InstanceId = instance,
            DeviceIndex = 1,
            NetworkCardIndex = 0,
        };
        with(request);
        return (await ec2.Client.AttachNetworkInterfaceAsync(request, Ec2Fixture.Ct)).AttachmentId;
    }

    [Fact]
    public async Task A_primary_IPv6_address_stays_until_the_detach()
    {
        await using var ec2 = await Ec2Fixture.StartAsync();
        var plain = await ec2.CreateAsync();
        await Ec2Fixture.FailsAsync("InvalidParameterCombination", () => ModifyAsync(ec2, plain, request => request.EnablePrimaryIpv6 = true));
        var created = await ec2.Client.CreateNetworkInterfaceAsync(
            new()
            {
                SubnetId = ec2.SubnetA,
                Ipv6AddressCount = 2,
                EnablePrimaryIpv6 = true,
            },
            Ec2Fixture.Ct
        );
        var row = created.NetworkInterface;
        var first = row.Ipv6Addresses[0].Ipv6Address;
        Assert.Equal([true, false], row.Ipv6Addresses.Select(address => address.IsPrimaryIpv6));
        var id = row.NetworkInterfaceId;
        await Ec2Fixture.FailsAsync("InvalidParameterValue", () => ModifyAsync(ec2, id, request => request.EnablePrimaryIpv6 = false));
        await Ec2Fixture.FailsAsync(
            "InvalidParameterValue",
            () => ec2.Client.UnassignIpv6AddressesAsync(new() { NetworkInterfaceId = id, Ipv6Addresses = [first] }, Ec2Fixture.Ct)
        );

        await ec2.DetachAsync(await ec2.AttachAsync(id));
        Assert.DoesNotContain((await ec2.DescribeAsync(id)).Ipv6Addresses, address => address.IsPrimaryIpv6 == true);
        await ModifyAsync(ec2, id, request => request.EnablePrimaryIpv6 = true);
        Assert.Equal(first, ec2.World.FindNetworkInterface(id)!.PrimaryIpv6);
    }

    [Fact]
    public async Task An_interface_without_groups_gets_the_default_group_of_its_VPC()
    {
        await using var ec2 = await Ec2Fixture.StartAsync();
        var row = await ec2.DescribeAsync(await ec2.CreateAsync());
        Assert.Equal("default", Assert.Single(row.Groups).GroupName);
    }

    [Fact]
    public async Task Tags_given_at_creation_are_there_at_once_and_can_be_changed_and_removed()
    {
        await using var ec2 = await Ec2Fixture.StartAsync();
        var id = await ec2.CreateAsync(tags: [new("node.k8s.amazonaws.com/no_manage", "true"), new("a", "1"), new("b", "2")]);
        Assert.Equal([id], await ec2.FindAsync(("tag:node.k8s.amazonaws.com/no_manage", ["true"])));

        await ec2.Client.CreateTagsAsync(
            new CreateTagsRequest { Resources = [id, ec2.InstanceId, ec2.SubnetA, ec2.Group], Tags = [new("a", "9"), new("c", "ü+&=%")] },
            Ec2Fixture.Ct
        );
        Assert.Equal([id], await ec2.FindAsync(("tag:a", ["9"])));
        Assert.Empty(await ec2.FindAsync(("tag:a", ["1"])));
        Assert.Equal([id], await ec2.FindAsync(("tag:c", ["ü+&=%"])));
        Assert.Equal("9", ec2.World.FindInstance(ec2.InstanceId)!.Tags["a"]);
        Assert.Equal("9", ec2.World.Subnets[0].Tags["a"]);
        Assert.Equal("9", ec2.World.SecurityGroups.Single(group => group.Id == ec2.Group).Tags["a"]);

        await ec2.Client.DeleteTagsAsync(
            new DeleteTagsRequest { Resources = [id], Tags = [new("a", "other"), new("b", "2"), new() { Key = "c" }] },
            Ec2Fixture.Ct
        );
        Assert.Equal(["a", "node.k8s.amazonaws.com/no_manage"], ec2.World.FindNetworkInterface(id)!.Tags.Keys.Order());
        Assert.Empty(await ec2.FindAsync(("tag-key", ["b", "c"])));
    }

    [Fact]
    public async Task Tagging_several_resources_is_all_or_none()
    {
        await using var ec2 = await Ec2Fixture.StartAsync();
        var id = await ec2.CreateAsync();
        await Ec2Fixture.FailsAsync(
            "InvalidNetworkInterfaceID.NotFound",
            () =>
                ec2.Client.CreateTagsAsync(new CreateTagsRequest { Resources = [id, "eni-0123456789abcdef0"], Tags = [new("a", "1")] }, Ec2Fixture.Ct)
        );
        Assert.Empty(ec2.World.FindNetworkInterface(id)!.Tags);
    }

    [Fact]
    public async Task Fifty_tags_fit_and_one_more_does_not()
    {
        await using var ec2 = await Ec2Fixture.StartAsync();
        var id = await ec2.CreateAsync(tags: [.. Enumerable.Range(0, 50).Select(number => new Amazon.EC2.Model.Tag($"k{number}", "v"))]);
        var request = new CreateTagsRequest { Resources = [id], Tags = [new("k0", "w")] };
        await ec2.Client.CreateTagsAsync(request, Ec2Fixture.Ct);
        request.Tags = [new("k50", "v")];
        await Ec2Fixture.FailsAsync("TagLimitExceeded", () => ec2.Client.CreateTagsAsync(request, Ec2Fixture.Ct));
    }

    [Fact]
    public async Task Metadata_options_of_an_instance_can_be_changed()
    {
        await using var ec2 = await Ec2Fixture.StartAsync();
        var answer = await ec2.Client.ModifyInstanceMetadataOptionsAsync(
            new ModifyInstanceMetadataOptionsRequest
            {
                InstanceId = ec2.InstanceId,
                HttpPutResponseHopLimit = 2,
                HttpTokens = "optional",
            },
            Ec2Fixture.Ct
        );
        Assert.Equal(
            (2, "optional", "enabled"),
            (
                answer.InstanceMetadataOptions.HttpPutResponseHopLimit,
                answer.InstanceMetadataOptions.HttpTokens.Value,
                answer.InstanceMetadataOptions.HttpEndpoint.Value
            )
        );
        var described = await ec2.Client.DescribeInstancesAsync(new DescribeInstancesRequest { InstanceIds = [ec2.InstanceId] }, Ec2Fixture.Ct);
        Assert.Equal(2, described.Reservations[0].Instances[0].MetadataOptions.HttpPutResponseHopLimit);
    }

    private static async Task ModifyAsync(Ec2Fixture ec2, string id, Action<ModifyNetworkInterfaceAttributeRequest> change)
    {
        var request = new ModifyNetworkInterfaceAttributeRequest { NetworkInterfaceId = id };
        change(request);
        await ec2.Client.ModifyNetworkInterfaceAttributeAsync(request, Ec2Fixture.Ct);
    }
}
