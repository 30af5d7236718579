using Amazon.EC2.Model;
using CsCheck;

namespace MultiEni.Simulator.Tests.Ec2;

public sealed class ClientTokenTests
{
    [Fact]
    public async Task The_same_token_gives_the_same_interface_in_its_present_state()
    {
        await using var ec2 = await Ec2Fixture.StartAsync();
        var request = new CreateNetworkInterfaceRequest { SubnetId = ec2.SubnetA, ClientToken = "slot-1" };
        var first = (await ec2.Client.CreateNetworkInterfaceAsync(request, Ec2Fixture.Ct)).NetworkInterface;
        await ec2.AttachAsync(first.NetworkInterfaceId);

        var again = await ec2.Client.CreateNetworkInterfaceAsync(request, Ec2Fixture.Ct);

        Assert.Equal(first.NetworkInterfaceId, again.NetworkInterface.NetworkInterfaceId);
        Assert.Equal("in-use", again.NetworkInterface.Status.Value);
        Assert.Equal("slot-1", again.ClientToken);
        Assert.Equal(2, ec2.World.NetworkInterfaces.Count);
    }

    [Fact]
    public async Task Other_parameters_under_the_same_token_are_a_mismatch_also_when_only_a_tag_differs()
    {
        await using var ec2 = await Ec2Fixture.StartAsync();
        await ec2.CreateAsync(token: "t", tags: new Amazon.EC2.Model.Tag("slot", "1"));
        await Ec2Fixture.FailsAsync("IdempotentParameterMismatch", () => ec2.CreateAsync(token: "t", tags: new Amazon.EC2.Model.Tag("slot", "2")));
        await Ec2Fixture.FailsAsync("IdempotentParameterMismatch", () => ec2.CreateAsync(ec2.SubnetB, "t"));
        Assert.Equal(2, ec2.World.NetworkInterfaces.Count);
    }

    [Fact]
    public async Task A_token_whose_interface_was_deleted_gives_the_dead_identifier()
    {
        await using var ec2 = await Ec2Fixture.StartAsync();
        var id = await ec2.CreateAsync(token: "t");
        await ec2.DeleteAsync(id);
        Assert.Equal(id, await ec2.CreateAsync(token: "t"));
        await Ec2Fixture.FailsAsync("InvalidNetworkInterfaceID.NotFound", () => ec2.AttachAsync(id));
    }

    [Fact]
    public async Task A_token_is_forgotten_after_twelve_hours()
    {
        await using var ec2 = await Ec2Fixture.StartAsync();
        var id = await ec2.CreateAsync(token: "t");
        ec2.Time.Advance(TimeSpan.FromHours(12) - TimeSpan.FromSeconds(1));
        Assert.Equal(id, await ec2.CreateAsync(token: "t"));
        ec2.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.NotEqual(id, await ec2.CreateAsync(token: "t"));
    }

    [Fact]
    public async Task A_failed_create_does_not_burn_its_token()
    {
        await using var ec2 = await Ec2Fixture.StartAsync();
        ec2.World.OccupyAddresses(ec2.SubnetB, 1000);
        await Ec2Fixture.FailsAsync("InsufficientFreeAddressesInSubnet", () => ec2.CreateAsync(ec2.SubnetB, "t"));
        Assert.StartsWith("eni-", await ec2.CreateAsync(token: "t"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task However_often_tokens_are_repeated_each_makes_one_interface()
    {
        await using var ec2 = await Ec2Fixture.StartAsync();
        var made = new Dictionary<string, string>();
        await Gen.Int[0, 9]
            .List[1, 12]
            .SampleAsync(
                async tokens =>
                {
                    foreach (var token in tokens)
                    {
                        var id = await ec2.CreateAsync(token: $"token-{token}");
                        Assert.Equal(id, made.TryGetValue($"token-{token}", out var known) ? known : made[$"token-{token}"] = id);
                    }
                },
                iter: 10,
                threads: 1
            );
        Assert.Equal(made.Count + 1, ec2.World.NetworkInterfaces.Count);
    }
}
