using Amazon.EC2.Model;
using MultiEni.Simulator.Ec2;

namespace MultiEni.Simulator.Tests.Ec2;

public sealed class NetworkInterfaceLifeTests
{
    private static readonly Ec2Latencies _slow = new()
    {
        Create = TimeSpan.FromSeconds(1),
        Attach = TimeSpan.FromSeconds(3),
        Detach = TimeSpan.FromSeconds(2),
        InstanceTerminate = TimeSpan.FromSeconds(30),
    };

    [Fact]
    public async Task A_new_interface_has_the_recorded_shape_pending_then_available()
    {
        await using var ec2 = await Ec2Fixture.StartAsync();
        var created = (
            await ec2.Client.CreateNetworkInterfaceAsync(
                new CreateNetworkInterfaceRequest { SubnetId = ec2.SubnetA, Groups = [ec2.Group] },
                Ec2Fixture.Ct
            )
        ).NetworkInterface;

        Assert.Equal("pending", created.Status.Value);
        Assert.True(created.SourceDestCheck);
        Assert.StartsWith("02:", created.MacAddress, StringComparison.Ordinal);
        Assert.Equal("us-east-1a", created.AvailabilityZone);
        Assert.Equal("", created.Description);
        Assert.Matches("^eni-0[0-9a-f]{16}$", created.NetworkInterfaceId);
        var address = Assert.Single(created.PrivateIpAddresses);
        Assert.True(address.Primary);
        Assert.Equal(created.PrivateIpAddress, address.PrivateIpAddress);
        Assert.False(created.RequesterManaged);
        Assert.Equal(ec2.Vpc.Id, created.VpcId);
        var group = Assert.Single(created.Groups);
        Assert.Equal((ec2.Group, "web-tier"), (group.GroupId, group.GroupName));
        Assert.Equal("123456789012", created.OwnerId);
        Assert.Empty(created.TagSet ?? []);
        Assert.Null(created.Attachment);

        var described = await ec2.DescribeAsync(created.NetworkInterfaceId);
        Assert.Equal("available", described.Status.Value);
        Assert.Equal(created.MacAddress, described.MacAddress);
        Assert.True(described.SourceDestCheck);
    }

    [Fact]
    public async Task An_interface_stays_pending_for_the_create_latency()
    {
        await using var ec2 = await Ec2Fixture.StartAsync(options => options with { Latencies = _slow });
        var id = await ec2.CreateAsync();
        ec2.Time.Advance(TimeSpan.FromSeconds(0.9));
        Assert.Equal("pending", (await ec2.DescribeAsync(id)).Status.Value);
        ec2.Time.Advance(TimeSpan.FromSeconds(0.2));
        Assert.Equal("available", (await ec2.DescribeAsync(id)).Status.Value);
    }

    [Fact]
    public async Task An_attachment_is_attaching_for_the_attach_latency_and_is_not_deleted_on_termination()
    {
        await using var ec2 = await Ec2Fixture.StartAsync(options => options with { Latencies = _slow });
        var id = await ec2.CreateAsync();
        var attachmentId = await ec2.AttachAsync(id, deviceIndex: 2);

        var row = await ec2.DescribeAsync(id);
        Assert.Matches("^eni-attach-0[0-9a-f]{16}$", attachmentId);
        Assert.Equal("in-use", row.Status.Value);
        Assert.Equal("attaching", row.Attachment.Status.Value);
        Assert.Equal(
            (attachmentId, ec2.InstanceId, 2, 0),
            (row.Attachment.AttachmentId, row.Attachment.InstanceId, row.Attachment.DeviceIndex, row.Attachment.NetworkCardIndex)
        );
        Assert.False(row.Attachment.DeleteOnTermination);
        Assert.Equal(ec2.Time.GetUtcNow().UtcDateTime, row.Attachment.AttachTime!.Value.ToUniversalTime());

        ec2.Time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal("attached", (await ec2.DescribeAsync(id)).Attachment.Status.Value);
    }

    [Fact]
    public async Task A_detach_goes_through_detaching_to_available_without_attachment()
    {
        await using var ec2 = await Ec2Fixture.StartAsync(options => options with { Latencies = _slow });
        var id = await ec2.CreateAsync();
        var attachmentId = await ec2.AttachAsync(id);
        ec2.Time.Advance(TimeSpan.FromSeconds(3));

        await ec2.DetachAsync(attachmentId);
        Assert.Equal("detaching", (await ec2.DescribeAsync(id)).Attachment.Status.Value);
        await Ec2Fixture.FailsAsync("InvalidParameterValue", () => ec2.DeleteAsync(id));
        await Ec2Fixture.FailsAsync("IncorrectState", () => ec2.DetachAsync(attachmentId));

        ec2.Time.Advance(TimeSpan.FromSeconds(2));
        var row = await ec2.DescribeAsync(id);
        Assert.Equal("available", row.Status.Value);
        Assert.Null(row.Attachment);
        await Ec2Fixture.FailsAsync("InvalidAttachmentID.NotFound", () => ec2.DetachAsync(attachmentId));
        await ec2.DeleteAsync(id);
        await Ec2Fixture.FailsAsync("InvalidNetworkInterfaceID.NotFound", () => ec2.DescribeAsync(id));
    }

    [Fact]
    public async Task An_attachment_that_is_detached_before_it_was_attached_never_becomes_attached()
    {
        await using var ec2 = await Ec2Fixture.StartAsync(options => options with { Latencies = _slow });
        var id = await ec2.CreateAsync();
        await ec2.DetachAsync(await ec2.AttachAsync(id));
        ec2.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Null(ec2.World.FindNetworkInterface(id)!.Attachment);
    }

    [Fact]
    public async Task Deleting_an_attached_interface_says_that_it_is_currently_in_use()
    {
        await using var ec2 = await Ec2Fixture.StartAsync();
        var id = await ec2.CreateAsync();
        await ec2.AttachAsync(id);
        var error = await Ec2Fixture.FailsAsync("InvalidParameterValue", () => ec2.DeleteAsync(id));
        Assert.Equal($"Network interface '{id}' is currently in use.", error.Message);
    }

    [Fact]
    public async Task The_primary_interface_cannot_be_detached()
    {
        await using var ec2 = await Ec2Fixture.StartAsync();
        var primary = Assert.Single(ec2.World.NetworkInterfacesOf(ec2.InstanceId));
        Assert.Equal(0, primary.Attachment!.DeviceIndex);
        await Ec2Fixture.FailsAsync("OperationNotPermitted", () => ec2.DetachAsync(primary.Attachment.Id));
    }

    [Fact]
    public async Task Termination_deletes_what_is_marked_and_frees_the_rest()
    {
        await using var ec2 = await Ec2Fixture.StartAsync(options => options with { Latencies = _slow });
        var primary = Assert.Single(ec2.World.NetworkInterfacesOf(ec2.InstanceId)).Id;
        var (marked, kept) = (await ec2.CreateAsync(), await ec2.CreateAsync());
        var attachmentId = await ec2.AttachAsync(marked, 1);
        await ec2.AttachAsync(kept, 2);
        await ec2.Client.ModifyNetworkInterfaceAttributeAsync(
            new ModifyNetworkInterfaceAttributeRequest
            {
                NetworkInterfaceId = marked,
                Attachment = new NetworkInterfaceAttachmentChanges { AttachmentId = attachmentId, DeleteOnTermination = true },
            },
            Ec2Fixture.Ct
        );
        ec2.Time.Advance(TimeSpan.FromSeconds(5));

        var answer = await ec2.Client.TerminateInstancesAsync(new TerminateInstancesRequest { InstanceIds = [ec2.InstanceId] }, Ec2Fixture.Ct);
        var change = Assert.Single(answer.TerminatingInstances);
        Assert.Equal(("running", "shutting-down"), (change.PreviousState.Name.Value, change.CurrentState.Name.Value));
        Assert.NotNull(ec2.World.FindNetworkInterface(marked)!.Attachment);

        ec2.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.Null(ec2.World.FindNetworkInterface(primary));
        Assert.Null(ec2.World.FindNetworkInterface(marked));
        var left = ec2.World.FindNetworkInterface(kept)!;
        Assert.Null(left.Attachment);
        Assert.Equal(MultiEni.Simulator.Ec2.NetworkInterfaceStatus.Available, left.Status);
        Assert.Equal(MultiEni.Simulator.Ec2.InstanceState.Terminated, ec2.World.FindInstance(ec2.InstanceId)!.State);
    }

    [Fact]
    public async Task An_interface_that_is_being_detached_survives_the_termination()
    {
        await using var ec2 = await Ec2Fixture.StartAsync(options => options with { Latencies = _slow with { Detach = TimeSpan.FromMinutes(5) } });
        var id = await ec2.CreateAsync();
        var attachmentId = await ec2.AttachAsync(id);
        Assert.True(ec2.World.TryChange(id, row => row with { Attachment = row.Attachment! with { DeleteOnTermination = true } }));
        await ec2.DetachAsync(attachmentId);
        ec2.World.Terminate(ec2.InstanceId);
        ec2.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.Null(ec2.World.FindNetworkInterface(id)!.Attachment);
    }

    [Fact]
    public async Task A_terminated_instance_is_described_for_an_hour_and_then_unknown()
    {
        await using var ec2 = await Ec2Fixture.StartAsync();
        ec2.World.Terminate(ec2.InstanceId);
        var request = new DescribeInstancesRequest { InstanceIds = [ec2.InstanceId] };
        var instance = (await ec2.Client.DescribeInstancesAsync(request, Ec2Fixture.Ct)).Reservations[0].Instances[0];
        Assert.Equal((48, "terminated"), (instance.State.Code, instance.State.Name.Value));
        ec2.Time.Advance(TimeSpan.FromHours(1));
        await Ec2Fixture.FailsAsync("InvalidInstanceID.NotFound", () => ec2.Client.DescribeInstancesAsync(request, Ec2Fixture.Ct));
    }
}
