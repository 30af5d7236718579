using MultiEni.Controller.Attachments;
using MultiEni.Controller.Ec2;

namespace MultiEni.Controller.Tests.Attachments;

public sealed class ClientTokenTests
{
    private static readonly CreateEniRequest Request = new(
        "",
        "subnet-1",
        ["sg-2", "sg-1"],
        "d",
        new Dictionary<string, string> { ["a"] = "1", ["b"] = "2" },
        0,
        0,
        0,
        0,
        null
    );

    [Fact]
    public void The_same_slot_and_parameters_give_the_same_token_whatever_their_order()
    {
        var reordered = Request with
        {
            SecurityGroupIds = ["sg-1", "sg-2"],
            Tags = new Dictionary<string, string> { ["b"] = "2", ["a"] = "1" },
        };

        var token = ClientToken.For("c", "s", "u", Request, 1);

        Assert.Equal(token, ClientToken.For("c", "s", "u", reordered, 1));
        Assert.Equal(64, token.Length);
    }

    [Fact]
    public void Everything_else_gives_another_one()
    {
        string[] tokens =
        [
            ClientToken.For("c", "s", "u", Request, 1),
            ClientToken.For("c", "s", "u", Request, 2),
            ClientToken.For("c2", "s", "u", Request, 1),
            ClientToken.For("c", "s2", "u", Request, 1),
            ClientToken.For("c", "s", "u2", Request, 1),
            ClientToken.For("cs", "", "u", Request, 1),
            ClientToken.For("c", "s", "u", Request with { SubnetId = "subnet-2" }, 1),
            ClientToken.For("c", "s", "u", Request with { Description = "e" }, 1),
            ClientToken.For("c", "s", "u", Request with { SecurityGroupIds = ["sg-1"] }, 1),
            ClientToken.For("c", "s", "u", Request with { SecondaryPrivateIpCount = 1 }, 1),
            ClientToken.For("c", "s", "u", Request with { Ipv4PrefixCount = 1 }, 1),
            ClientToken.For("c", "s", "u", Request with { Ipv6AddressCount = 1 }, 1),
            ClientToken.For("c", "s", "u", Request with { Ipv6PrefixCount = 1 }, 1),
            ClientToken.For("c", "s", "u", Request with { PrivateIpAddress = "10.0.0.9" }, 1),
            ClientToken.For("c", "s", "u", Request with { ConnectionTracking = new() { UdpStreamTimeout = 60 } }, 1),
            ClientToken.For("c", "s", "u", Request with { EnablePrimaryIpv6 = true }, 1),
            ClientToken.For("c", "s", "u", Request with { ConnectionTracking = new() { UdpTimeout = 60 } }, 1),
            ClientToken.For("c", "s", "u", Request with { Tags = new Dictionary<string, string> { ["a"] = "12" } }, 1),
        ];

        Assert.Equal(tokens.Length, tokens.Distinct().Count());
    }
}
