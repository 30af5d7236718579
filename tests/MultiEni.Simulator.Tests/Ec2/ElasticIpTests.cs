using Amazon.EC2.Model;

namespace MultiEni.Simulator.Tests.Ec2;

public sealed class ElasticIpTests
{
    [Fact]
    public async Task An_Elastic_IP_is_in_the_row_of_its_interface_and_free_again_when_that_is_deleted()
    {
        await using var ec2 = await Ec2Fixture.StartAsync();
        var address = ec2.World.AddElasticIp(new Dictionary<string, string> { ["role"] = "data" });
        ec2.World.AddElasticIp();
        var id = await ec2.CreateAsync();

        var association = await AssociateAsync(ec2, address.AllocationId, id);
        Assert.Equal(association, await AssociateAsync(ec2, address.AllocationId, id));
        var shown = (await ec2.DescribeAsync(id)).Association;
        Assert.Equal((address.AllocationId, association, address.PublicIp), (shown.AllocationId, shown.AssociationId, shown.PublicIp));
        var found = Assert.Single(await FindAsync(ec2, "role", "data"));
        Assert.Equal((address.AllocationId, id, association), (found.AllocationId, found.NetworkInterfaceId, found.AssociationId));

        await ec2.Client.DeleteNetworkInterfaceAsync(new() { NetworkInterfaceId = id }, Ec2Fixture.Ct);
        Assert.Null(Assert.Single(await FindAsync(ec2, "role", "data")).AssociationId);
    }

    [Fact]
    public async Task It_is_not_taken_from_another_interface_nor_put_beside_another_one()
    {
        await using var ec2 = await Ec2Fixture.StartAsync();
        var (first, second) = (ec2.World.AddElasticIp().AllocationId, ec2.World.AddElasticIp().AllocationId);
        var (one, two) = (await ec2.CreateAsync(), await ec2.CreateAsync());
        var association = await AssociateAsync(ec2, first, one);

        await Ec2Fixture.FailsAsync("Resource.AlreadyAssociated", () => AssociateAsync(ec2, first, two));
        await Ec2Fixture.FailsAsync("Resource.AlreadyAssociated", () => AssociateAsync(ec2, second, one));
        await Ec2Fixture.FailsAsync("InvalidAllocationID.NotFound", () => AssociateAsync(ec2, "eipalloc-0123456789abcdef0", two));

        await ec2.Client.DisassociateAddressAsync(new() { AssociationId = association }, Ec2Fixture.Ct);
        await Ec2Fixture.FailsAsync(
            "InvalidAssociationID.NotFound",
            () => ec2.Client.DisassociateAddressAsync(new() { AssociationId = association }, Ec2Fixture.Ct)
        );
        await AssociateAsync(ec2, first, two);
        Assert.Equal(two, ec2.World.ElasticIps.Single(address => address.AllocationId == first).NetworkInterfaceId);
    }

    private static async Task<string> AssociateAsync(Ec2Fixture ec2, string allocation, string id) =>
        (
            await ec2.Client.AssociateAddressAsync(
                new()
                {
                    AllocationId = allocation,
                    NetworkInterfaceId = id,
                    AllowReassociation = false,
                },
                Ec2Fixture.Ct
            )
        ).AssociationId;

    private static async Task<List<Address>> FindAsync(Ec2Fixture ec2, string tag, string value) =>
        (await ec2.Client.DescribeAddressesAsync(new() { Filters = [new($"tag:{tag}", [value])] }, Ec2Fixture.Ct)).Addresses;
}
