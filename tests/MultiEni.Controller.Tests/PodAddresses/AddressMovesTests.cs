using MultiEni.Api.EniAttachments;
using MultiEni.Api.NodeEnis;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.PodAddresses;

namespace MultiEni.Controller.Tests.PodAddresses;

public sealed class AddressMovesTests
{
    private const string Address = "10.0.0.50";
    private static readonly EniRow Row = A.Row(attachment: A.Attached()) with
    {
        PrivateIps = ["10.0.0.9", Address, "10.0.0.51"],
        Ipv6Addresses = ["fd00::9", "fd00::50"],
        PrimaryIpv6 = "fd00::9",
        Prefixes = ["10.0.0.128/28"],
    };

    [Theory]
    [InlineData(Address, true)]
    [InlineData("fd00::50", true)]
    [InlineData("10.0.0.9", false)]
    [InlineData("fd00::9", false)]
    [InlineData("10.0.0.130", false)]
    public void What_another_ENI_is_to_get_leaves_unless_it_is_primary_or_of_a_prefix(string address, bool leaves) =>
        Assert.Equal(leaves ? [address] : [], Leaving(Holder(), Asker(address)));

    [Fact]
    public void What_a_pod_of_the_node_has_or_asks_for_stays()
    {
        var (uses, asks) = (Holder(), Holder());
        uses.Status!.Device!.Addresses = new AddressUse { Used = [new() { Address = Address, Pod = "default/a" }] };
        asks.Status!.Device!.Addresses = new AddressUse { Requested = [new() { Address = Address, Pod = "default/a" }] };

        Assert.Empty(Leaving(uses, Asker(Address)));
        Assert.Empty(Leaving(asks, Asker(Address)));
    }

    [Fact]
    public void Nothing_leaves_for_whoever_may_not_have_it_or_is_not_on_record()
    {
        var (forbidden, deleted, elsewhere, unrecorded, silent) = (Asker(Address), Asker(Address), Asker(Address), Asker(Address), Asker(Address));
        forbidden.Spec!.PodAddresses!.AllowReassignment = false;
        deleted.Metadata.DeletionTimestamp = DateTimeOffset.UnixEpoch;
        elsewhere.Spec!.SubnetId = "subnet-9";
        unrecorded.Status!.Network!.AssignedForPods = null;
        silent.Status!.Device!.Addresses = new AddressUse();

        Assert.All([forbidden, deleted, elsewhere, unrecorded, silent], asker => Assert.Empty(Leaving(Holder(), asker)));
        Assert.Empty(Leaving(Holder(), Holder()));
    }

    /// <summary>Number withheld, number and address in the status, number that the agent has seen.</summary>
    [Theory]
    [InlineData(2, 2, Address, false, 2, true)]
    [InlineData(2, 2, Address, false, 1, false)]
    [InlineData(2, 1, Address, false, 1, false)]
    [InlineData(2, 1, Address, false, 2, false)]
    [InlineData(2, 2, "10.0.0.51", false, 2, false)]
    [InlineData(2, 2, Address, true, 2, false)]
    [InlineData(2, 2, Address, false, null, false)]
    public void An_agent_has_let_go_when_it_has_seen_the_very_withdrawal(
        int number,
        int said,
        string withdrawn,
        bool listed,
        int? seen,
        bool hasLetGo
    )
    {
        var holder = Holder();
        holder.Status!.Network = new NetworkStatus
        {
            EniId = Row.EniId,
            PrivateIps = listed ? ["10.0.0.9", Address, "10.0.0.51"] : ["10.0.0.9", "10.0.0.51"],
            Withdrawal = new() { Number = said, Addresses = [withdrawn] },
        };
        holder.Status.Device!.Addresses = new AddressUse { Free = 17, SeenWithdrawal = seen };

        Assert.Equal(hasLetGo, AddressMoves.HasLetGo(holder, Row, Address, Withheld(number, TimeSpan.FromSeconds(1))));
        Assert.False(AddressMoves.HasLetGo(holder, Row, Address, null));
    }

    [Theory]
    [InlineData(30, 17, true)]
    [InlineData(29, 17, false)]
    [InlineData(30, 18, false)]
    [InlineData(30, null, true)]
    [InlineData(29, null, false)]
    [InlineData(null, 17, false)]
    public void An_agent_that_numbers_nothing_has_let_go_when_it_counts_the_address_no_more(int? seconds, int? free, bool hasLetGo)
    {
        var holder = Holder();
        holder.Status!.Network = new NetworkStatus
        {
            EniId = Row.EniId,
            PrivateIps = ["10.0.0.9", "10.0.0.51"],
            Prefixes = ["10.0.0.128/28"],
            Withdrawal = new() { Number = 1, Addresses = [Address] },
        };
        holder.Status.Device!.Addresses = free is { } count ? new AddressUse { Free = count } : null;

        Assert.Equal(hasLetGo, AddressMoves.HasLetGo(holder, Row, Address, Withheld(1, seconds is { } since ? TimeSpan.FromSeconds(since) : null)));
    }

    [Fact]
    public void Whoever_has_what_is_asked_for_and_whoever_asks_for_what_is_let_go_looks_again()
    {
        var (holder, asker) = (Holder(), Asker(Address));
        holder.Status!.Network = new NetworkStatus { PrivateIps = ["10.0.0.9", Address] };
        var withdrawn = Holder();
        withdrawn.Status!.Network = new NetworkStatus
        {
            Withdrawal = new() { Number = 1, Addresses = [Address] },
        };
        var seen = Holder();
        seen.Status!.Network = withdrawn.Status.Network;
        seen.Status.Device!.Addresses = new AddressUse { SeenWithdrawal = 1 };
        var bystander = A.Attachment("bystander", "i-3");
        var leaving = Asker(Address);
        leaving.Metadata.DeletionTimestamp = DateTimeOffset.UnixEpoch;

        Assert.Equal(["holder"], Concerned(A.Attachment("asker", "i-2"), asker));
        Assert.Equal(["holder"], Concerned(asker, A.Attachment("asker", "i-2")));
        Assert.Equal(["holder"], Concerned(asker, leaving));
        Assert.Equal(["holder"], Concerned(asker, null));
        Assert.Empty(Concerned(asker, Asker(Address)));
        Assert.Equal(["asker"], Concerned(holder, withdrawn));
        Assert.Equal(["asker"], Concerned(withdrawn, seen));
        Assert.Equal(["asker"], Concerned(withdrawn, holder));
        Assert.Empty(Concerned(seen, seen));
        Assert.Empty(Concerned(null, bystander));

        IEnumerable<string> Concerned(EniAttachment? before, EniAttachment? after) =>
            AddressMoves.Concerned(before, after, _ => [holder, asker, bystander]);
    }

    private static WithheldAddresses Withheld(int number, TimeSpan? since) => new(new HashSet<string> { Address }, number, since);

    private static IEnumerable<string> Leaving(EniAttachment holder, params EniAttachment[] askers) =>
        AddressMoves.Leaving(holder, Row, address => askers.Where(asker => AddressMoves.Awaited(asker).Contains(address)));

    private static EniAttachment Holder() => A.Attachment("holder");

    private static EniAttachment Asker(string address)
    {
        var attachment = A.Attachment("asker", "i-2", spec => spec.PodAddresses = new PodAddressesSpec { AllowReassignment = true });
        attachment.Status!.Network = new NetworkStatus { AssignedForPods = [address] };
        attachment.Status.Device!.Addresses = new AddressUse { Requested = [new() { Address = address, Pod = "default/b" }] };
        return attachment;
    }
}
