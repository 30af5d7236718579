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
