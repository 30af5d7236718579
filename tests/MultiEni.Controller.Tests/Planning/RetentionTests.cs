using MultiEni.Api.EniAttachments;
using MultiEni.Api.NodeEnis;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.Planning;

namespace MultiEni.Controller.Tests.Planning;

public sealed class RetentionTests
{
    private static readonly EniRow Own = A.Row() with { Tags = new Dictionary<string, string> { [EniTags.NodeEni] = "multus" } };
    private static readonly ResolvedNetwork Network = A.Network(A.Subnet("subnet-a1"));

    [Fact]
    public void A_NodeENI_keeps_its_own_ENIs_in_its_subnets_while_it_wants_to_and_exists()
    {
        Assert.True(Retention.Keeps(NodeEni(), Network, Own));
        Assert.False(Retention.Keeps(null, Network, Own));
        Assert.False(Retention.Keeps(A.NodeEni(), Network, Own));
        Assert.False(Retention.Keeps(NodeEni("other"), Network, Own));
        Assert.False(Retention.Keeps(NodeEni(), A.Network(A.Subnet("subnet-a2")), Own));
        var deleted = NodeEni();
        deleted.Metadata.DeletionTimestamp = A.Noon;
        Assert.False(Retention.Keeps(deleted, Network, Own));
    }

    [Fact]
    public void What_is_not_known_counts_for_the_ENI()
    {
        Assert.True(Retention.Keeps(NodeEni(), network: null, Own));
        Assert.True(Retention.Keeps(NodeEni(spec: s => s.PrivateIpAddresses = ["10.0.0.20"]), Network, Own with { PrivateIps = [] }));
    }

    [Fact]
    public void With_a_list_of_addresses_only_an_ENI_that_has_one_is_kept()
    {
        Assert.True(Retention.Keeps(NodeEni(spec: s => s.PrivateIpAddresses = ["10.0.0.20", "10.0.0.9"]), Network, Own));
        Assert.False(Retention.Keeps(NodeEni(spec: s => s.PrivateIpAddresses = ["10.0.0.20"]), Network, Own));
    }

    public static TheoryData<string, Action<EniAttachmentSpec>, Action<NodeEniSpec>, bool> Specifications =>
        new()
        {
            { "the same", _ => { }, _ => { }, true },
            { "fewer addresses", s => s.SecondaryPrivateIpCount = 2, s => s.SecondaryPrivateIpCount = 1, false },
            { "more addresses", s => s.SecondaryPrivateIpCount = 2, s => s.SecondaryPrivateIpCount = 3, true },
            { "fewer prefixes", s => s.Ipv4PrefixCount = 1, _ => { }, false },
            { "fewer IPv6 addresses", s => s.Ipv6AddressCount = 1, _ => { }, false },
            { "fewer IPv6 prefixes", s => s.Ipv6PrefixCount = 1, _ => { }, false },
            { "no primary IPv6 address", s => (s.Ipv6AddressCount, s.EnablePrimaryIpv6) = (1, true), s => s.Ipv6AddressCount = 1, false },
            { "a timeout less", s => s.ConnectionTracking = new() { UdpTimeout = 40 }, _ => { }, false },
            { "another index", s => s.DeviceIndex = 5, _ => { }, true },
            { "another NodeENI of the name", s => s.NodeEniRef = new() { Name = "multus", Uid = "before" }, _ => { }, false },
        };

    [Theory]
    [MemberData(nameof(Specifications))]
    public void An_ENI_is_kept_unless_EC2_cannot_take_from_it_what_is_wanted_no_more(
        string what,
        Action<EniAttachmentSpec> present,
        Action<NodeEniSpec> wanted,
        bool kept
    ) => Assert.True(kept == Retention.Keeps(NodeEni(spec: wanted), Network, A.Attachment(spec: present).Spec!, Own), what);

    [Fact]
    public void Only_the_subnet_and_the_primary_address_decide_whom_it_can_serve()
    {
        Assert.True(Retention.CanServe(Own, A.Attachment(spec: s => s.SecurityGroupIds = ["sg-9"]).Spec!));
        Assert.True(Retention.CanServe(Own, A.Attachment(spec: s => s.PrivateIpAddress = "10.0.0.9").Spec!));
        Assert.False(Retention.CanServe(Own, A.Attachment(spec: s => s.PrivateIpAddress = "10.0.0.8").Spec!));
        Assert.False(Retention.CanServe(Own, A.Attachment(spec: s => s.SubnetId = "subnet-a2").Spec!));
    }

    [Fact]
    public void Only_an_ENI_that_lies_about_is_unattached()
    {
        Assert.True(Retention.IsUnattached(A.Row()));
        Assert.False(Retention.IsUnattached(A.Row(attachment: A.Attached())));
        Assert.False(Retention.IsUnattached(A.Row(status: EniStates.Pending)));
    }

    private static NodeEni NodeEni(string name = "multus", Action<NodeEniSpec>? spec = null) =>
        A.NodeEni(
            name,
            s =>
            {
                s.RetainPolicy = RetainPolicies.Retain;
                spec?.Invoke(s);
            }
        );
}
