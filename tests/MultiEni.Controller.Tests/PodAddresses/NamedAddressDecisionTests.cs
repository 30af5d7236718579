using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.NodeEnis;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.PodAddresses;

namespace MultiEni.Controller.Tests.PodAddresses;

public sealed class NamedAddressDecisionTests
{
    private const string Wanted = "10.0.0.77";

    [Fact]
    public void A_free_address_of_the_range_is_granted() =>
        Assert.Equal(new NamedVerdict.Granted(Wanted, null), Assert.Single(NamedAddressDecision.Decide(Request())));

    [Theory]
    [InlineData("10.0.0.9")]
    [InlineData("10.0.0.50")]
    [InlineData("10.0.0.130")]
    public void What_the_ENI_has_is_there_already(string address) => Assert.IsType<NamedVerdict.Present>(Decide(Request(address)));

    [Theory]
    [InlineData("not-an-address", Reasons.AddressNotAllowed)]
    [InlineData("10.0.1.5", Reasons.AddressNotAllowed)]
    [InlineData("10.9.0.5", Reasons.AddressOutsideSubnet)]
    [InlineData("fd00::5", Reasons.AddressOutsideSubnet)]
    [InlineData("10.0.0.0", Reasons.AddressOutsideSubnet)]
    [InlineData("10.0.0.3", Reasons.AddressOutsideSubnet)]
    [InlineData("10.0.0.255", Reasons.AddressOutsideSubnet)]
    public void What_cannot_be_had_here_is_refused_with_a_reason(string address, string reason) =>
        Assert.Equal(reason, Refusal(Request(address)).Reason);

    [Theory]
    [InlineData("0xa.0.0.77")]
    [InlineData("012.0.0.77")]
    [InlineData("10.77")]
    [InlineData("167772237")]
    [InlineData("::ffff:10.0.0.77")]
    [InlineData("::FFFF:10.0.0.77")]
    [InlineData("FD00::5")]
    [InlineData("fd00:0::5")]
    [InlineData("fd00::5%1")]
    public void An_address_in_another_form_than_that_of_EC2_is_refused_even_when_no_pod_has_it(string asked)
    {
        var request = Request(asked) with { SubnetIpv6Cidr = "fd00::/64" };
        request.Attachment.Spec!.PodAddresses!.AllowReassignment = true;

        var refusal = Refusal(request);

        Assert.Equal((asked, Reasons.AddressNotAllowed), (refusal.Address, refusal.Reason));
    }

    [Theory]
    [InlineData("10.0.0.77", "0xa.0.0.77")]
    [InlineData("10.0.0.77", "10.77")]
    [InlineData("fd00::5", "FD00:0::5")]
    public void An_address_that_a_running_pod_has_is_not_given_away_however_its_agent_writes_it(string asked, string used)
    {
        var other = Other(secondary: asked);
        other.Attachment!.Status!.Device!.Addresses = new AddressUse { Used = [new() { Address = used, Pod = "default/other" }] };
        var request = Request(asked, others: other) with { SubnetIpv6Cidr = "fd00::/64" };
        request.Attachment.Spec!.PodAddresses!.AllowReassignment = true;

        Assert.Equal(Reasons.AddressInUse, Refusal(request).Reason);
    }

    [Fact]
    public void Without_ranges_no_address_has_a_name()
    {
        var request = Request();
        request.Attachment.Spec!.PodAddresses!.FixedCidrs = null;

        Assert.Contains("fixedCIDRs", Refusal(request).Message);
    }

    [Fact]
    public void Nothing_is_decided_before_the_subnet_is_known() =>
        Assert.IsType<NamedVerdict.Undecided>(Decide(Request() with { IsSubnetKnown = false, SubnetCidr = null }));

    [Fact]
    public void A_primary_address_is_never_moved()
    {
        Assert.Equal(Reasons.AddressIsPrimary, Refusal(Request(others: Other(primary: Wanted, lost: true))).Reason);
        Assert.Equal(
            Reasons.AddressIsPrimary,
            Refusal(Request(others: new NeighbourEni(A.Attachment("other", spec: spec => spec.PrivateIpAddress = Wanted), null, true))).Reason
        );
    }

    [Theory]
    [InlineData(true, false, false, null)]
    [InlineData(false, false, false, Reasons.AddressInUse)]
    [InlineData(true, true, false, null)]
    [InlineData(true, false, true, Reasons.AddressInUse)]
    [InlineData(false, false, true, Reasons.AddressInUse)]
    [InlineData(false, true, true, Reasons.AddressInUse)]
    [InlineData(true, true, true, null)]
    public void Another_ENI_loses_an_address_only_when_that_is_allowed_and_no_running_pod_has_it(bool allowed, bool lost, bool used, string? reason)
    {
        var request = Request(others: LettingGo(Other(secondary: Wanted, lost: lost, usedBy: used ? "default/other" : null)));
        request.Attachment.Spec!.PodAddresses!.AllowReassignment = allowed;

        var verdict = Decide(request);

        Assert.Equal(reason, (verdict as NamedVerdict.Refused)?.Refusal.Reason);
        Assert.Equal(reason is null ? "eni-2" : null, (verdict as NamedVerdict.Granted)?.From?.EniId);
    }

    [Fact]
    public void An_address_that_a_running_pod_has_without_EC2_knowing_it_is_not_given_away() =>
        Assert.Equal(Reasons.AddressInUse, Refusal(Request(others: Other(usedBy: "default/other"))).Reason);

    [Fact]
    public void An_address_out_of_a_prefix_is_not_moved()
    {
        var other = Other();
        other = other with { Row = other.Row! with { Prefixes = ["10.0.0.64/28"] } };
        var request = Request(others: other);
        request.Attachment.Spec!.PodAddresses!.AllowReassignment = true;

        Assert.Contains("prefix", Refusal(request).Message);
    }

    [Fact]
    public void Of_two_that_ask_for_one_address_exactly_one_gets_it()
    {
        var first = Request(name: "a");
        var second = Request(name: "b");
        var seenByFirst = first with { Others = [new(second.Attachment, second.Row, false)] };
        var seenBySecond = second with { Others = [new(first.Attachment, first.Row, false)] };

        Assert.IsType<NamedVerdict.Granted>(Decide(seenByFirst));
        Assert.Equal(Reasons.AddressInUse, Refusal(seenBySecond).Reason);

        // The one that is on record already keeps its place.
        second.Attachment.Status!.Network = new NetworkStatus { AssignedForPods = [Wanted] };
        Assert.IsType<NamedVerdict.Granted>(Decide(seenBySecond));
        Assert.Equal(Reasons.AddressInUse, Refusal(seenByFirst).Reason);

        // One that was refused is in nobody's way.
        second.Attachment.Status.Network = new NetworkStatus { RefusedAddresses = [new() { Address = Wanted }] };
        Assert.IsType<NamedVerdict.Granted>(Decide(seenByFirst));

        // Unless it was merely told what it waits for.
        second.Attachment.Status.Network.AssignedForPods = [Wanted];
        Assert.Equal(Reasons.AddressInUse, Refusal(seenByFirst).Reason);
    }

    [Fact]
    public void An_address_waits_until_the_agent_that_may_give_it_has_let_go()
    {
        var other = Other(secondary: Wanted);
        var request = Allowing(other) with { Waiting = new Dictionary<string, TimeSpan> { [Wanted] = TimeSpan.FromSeconds(7) } };

        Assert.Equal(new NamedVerdict.Waiting(Wanted, other.Row!, other.Attachment!.Spec!.NodeName, TimeSpan.FromSeconds(7)), Decide(request));
        Assert.IsType<NamedVerdict.Granted>(Decide(Allowing(LettingGo(Other(secondary: Wanted)))));
    }

    [Theory]
    [InlineData(EniStates.Available, null, true)]
    [InlineData(EniStates.InUse, EniStates.Attached, false)]
    [InlineData(EniStates.InUse, EniStates.Attaching, false)]
    [InlineData(EniStates.InUse, EniStates.Detaching, false)]
    public void Nobody_has_to_let_go_of_what_is_on_an_ENI_that_no_node_has(string status, string? attachment, bool isGranted)
    {
        var other = Other(secondary: Wanted);
        other = other with
        {
            Row = other.Row! with { Status = status, Attachment = attachment is null ? null : other.Row!.Attachment! with { Status = attachment } },
        };

        Assert.Equal(isGranted, Decide(Allowing(other)) is NamedVerdict.Granted);
    }

    [Theory]
    [InlineData(true, null)]
    [InlineData(false, Reasons.AddressInUse)]
    public void An_ENI_that_outlived_its_node_has_its_addresses_until_they_are_moved(bool allowed, string? reason)
    {
        var retained = A.Row("eni-9", status: EniStates.Available) with { PrivateIps = ["10.0.0.10", Wanted] };
        var request = Allowing(new NeighbourEni(null, retained, true));
        request.Attachment.Spec!.PodAddresses!.AllowReassignment = allowed;

        var verdict = Decide(request);

        Assert.Equal(reason is null ? "eni-9" : null, (verdict as NamedVerdict.Granted)?.From?.EniId);
        Assert.Equal(reason, (verdict as NamedVerdict.Refused)?.Refusal.Reason);
        var primary = retained with { PrivateIps = [Wanted] };
        Assert.Equal(Reasons.AddressIsPrimary, Refusal(Allowing(new NeighbourEni(null, primary, true))).Reason);
    }

    [Fact]
    public void An_address_on_its_way_to_another_ENI_is_not_taken_from_there() =>
        Assert.Equal(
            Reasons.AddressInUse,
            Refusal(Allowing(LettingGo(Other(secondary: Wanted))) with { Moving = new HashSet<string> { Wanted } }).Reason
        );

    private static NamedAddressRequest Allowing(NeighbourEni other)
    {
        var request = Request(others: other);
        request.Attachment.Spec!.PodAddresses!.AllowReassignment = true;
        return request;
    }

    private static NeighbourEni LettingGo(NeighbourEni other)
    {
        var (status, use) = (other.Attachment!.Status!, other.Attachment.Status!.Device!.Addresses ?? new AddressUse());
        status.Network = new NetworkStatus
        {
            EniId = other.Row!.EniId,
            Withdrawal = new() { Number = 3, Addresses = [Wanted] },
        };
        use.SeenWithdrawal = 3;
        status.Device!.Addresses = use;
        return other with { Withheld = new WithheldAddresses(new HashSet<string> { Wanted }, 3, TimeSpan.Zero) };
    }

    [Fact]
    public void Refusals_of_EC2_are_told_with_their_address()
    {
        var said = new RefusedAddress { Address = Wanted, Reason = Reasons.AddressInUse };
        Assert.Equal(said, Refusal(Allowing(Other(secondary: Wanted)) with { RefusedByEc2 = [said] }));
    }

    [Fact]
    public void What_EC2_refused_stays_refused_for_a_while()
    {
        var said = new RefusedAddress
        {
            Address = Wanted,
            Reason = Reasons.AddressInUse,
            Message = "EC2 says",
        };

        Assert.Equal(said, Refusal(Request() with { RefusedByEc2 = [said] }));
    }

    private static NamedVerdict Decide(NamedAddressRequest request) => Assert.Single(NamedAddressDecision.Decide(request));

    private static RefusedAddress Refusal(NamedAddressRequest request) => Assert.IsType<NamedVerdict.Refused>(Decide(request)).Refusal;

    private static NamedAddressRequest Request(string address = Wanted, string name = "multus-i-1-aa", params NeighbourEni[] others)
    {
        var attachment = A.Attachment(
            name,
            spec: spec => spec.PodAddresses = new PodAddressesSpec { FixedCidrs = ["10.0.0.0/24", "10.9.0.0/24", "fd00::/64"] }
        );
        attachment.Status!.Device!.Addresses = new AddressUse { Requested = [new() { Address = address, Pod = "default/mine" }] };
        var row = A.Row(attachment: A.Attached()) with { PrivateIps = ["10.0.0.9", "10.0.0.50"], Prefixes = ["10.0.0.128/28"] };
        return new NamedAddressRequest(attachment, row, others, IsSubnetKnown: true, "10.0.0.0/24", null, []);
    }

    private static NeighbourEni Other(string primary = "10.0.0.10", string? secondary = null, bool lost = false, string? usedBy = null)
    {
        var attachment = A.Attachment("other", "i-2");
        attachment.Status!.Device!.Addresses = usedBy is null ? null : new AddressUse { Used = [new() { Address = Wanted, Pod = usedBy }] };
        IReadOnlyList<string> addresses = secondary is null ? [primary] : [primary, secondary];
        return new NeighbourEni(attachment, A.Row("eni-2", A.Attached("i-2")) with { PrivateIps = addresses }, lost);
    }
}
