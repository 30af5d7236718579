using Microsoft.Extensions.Time.Testing;
using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Controller.Attachments;
using MultiEni.Controller.PodAddresses;

namespace MultiEni.Controller.Tests.Attachments;

public sealed class AddressMoveBookTests
{
    private const string Address = "10.0.0.50";
    private const string Second = "10.0.0.51";
    private static readonly string[] Movable = [Address, Second];
    private readonly FakeTimeProvider _time = new();
    private readonly AddressMoveBook _book;

    public AddressMoveBookTests() => _book = new(_time);

    [Fact]
    public void Each_withdrawal_has_a_number_of_its_own_and_nothing_has_none()
    {
        Assert.Null(Withhold(null));
        Assert.Equal(1, Withhold(null, Address)!.Number);
        Assert.Equal(1, Withhold(1, Address)!.Number);
        Assert.Equal(2, Withhold(1, Address, Second)!.Number);
        Assert.Equal(2, Withhold(2, Second)!.Number);
        Assert.Equal(2, Withhold(2)!.Number);
        Assert.Equal(3, Withhold(2, Second)!.Number);

        // That the status says less is because a write got lost, or its answer.
        Assert.Equal(4, Withhold(1, Address)!.Number);
    }

    [Fact]
    public void After_a_restart_the_agent_has_to_answer_anew() => Assert.Equal(8, Withhold(7, Address)!.Number);

    [Fact]
    public void How_long_the_status_has_said_it_counts_from_when_it_says_all()
    {
        Assert.Null(Withhold(null, Address)!.SinceSaid);
        Assert.Equal(TimeSpan.Zero, Withhold(1, [Address], Address)!.SinceSaid);
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(TimeSpan.FromSeconds(30), Withhold(1, [Address], Address)!.SinceSaid);
        Assert.Null(Withhold(1, [Address], Address, Second)!.SinceSaid);
        Assert.Equal(TimeSpan.Zero, Withhold(2, [Address, Second], Address, Second)!.SinceSaid);
    }

    [Fact]
    public void What_is_on_its_way_stays_withheld_until_the_ENI_that_gets_it_decides_again()
    {
        Withhold(null, Address);
        _book.Decide("asker", (withheldBy, _) => Moving(withheldBy("holder")!.Addresses.Contains(Address)));

        // The request is gone, and the call is not.
        Assert.Equal([Address], Withhold(1)!.Addresses);
        Assert.Contains(Address, MovingFor("third"));
        Assert.DoesNotContain(Address, MovingFor("asker"));

        Assert.Empty(Withhold(1)!.Addresses);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Nothing_is_on_its_way_to_an_ENI_that_is_gone_or_wants_none(bool isGone)
    {
        Withhold(null, Address);
        _book.Decide("asker", (_, _) => Moving(true));
        if (isGone)
        {
            _book.Forget("asker");
        }
        else
        {
            _book.Stop("asker");
        }

        Assert.Empty(Withhold(1)!.Addresses);
    }

    [Fact]
    public void An_ENI_that_is_shown_as_a_whole_withholds_nothing_and_keeps_its_number()
    {
        Withhold(null, Address);
        _book.Release("holder");

        _book.Decide(
            "asker",
            (withheldBy, _) =>
            {
                Assert.Empty(withheldBy("holder")!.Addresses);
                return Moving(false);
            }
        );
        Assert.Equal(2, Withhold(null, Address)!.Number);
    }

    private IReadOnlySet<string> MovingFor(string name)
    {
        IReadOnlySet<string>? seen = null;
        _book.Decide(
            name,
            (_, moving) =>
            {
                seen = moving;
                return Moving(false);
            }
        );
        return seen!;
    }

    private static PodAddressPlan Moving(bool moves) =>
        new(
            moves ? new PodAddressChange.AssignNamed([Address], [A.Row()]) : null,
            [],
            new HashSet<string>(),
            [],
            new(true, Reasons.AsExpected, ""),
            null
        );

    private WithheldAddresses? Withhold(int? said, params string[] leaving) => Withhold(said, [], leaving);

    private WithheldAddresses? Withhold(int? said, List<string> withdrawn, params string[] leaving)
    {
        var attachment = A.Attachment("holder");
        attachment.Status!.Network = new NetworkStatus
        {
            Withdrawal = said is { } number ? new AddressWithdrawal { Number = number, Addresses = withdrawn } : null,
        };
        return _book.Withhold(attachment, Movable, leaving.ToHashSet());
    }
}
