using MultiEni.Api;
using MultiEni.Api.NodeEnis;
using MultiEni.Controller.PodAddresses;

namespace MultiEni.Controller.Tests.PodAddresses;

public sealed class NamedStepTests
{
    private const string Address = "10.0.0.77";

    /// <summary>What another node lets go of is what is on record here.</summary>
    [Fact]
    public void What_is_waited_for_is_put_on_record_and_not_called_for()
    {
        var plan = PodAddressDecision.Plan(Input(Waiting(0)));

        Assert.Null(plan.Change);
        Assert.Equal([Address], plan.Assigned);
        Assert.Empty(plan.Refused);
    }

    [Theory]
    [InlineData(0, 5)]
    [InlineData(4, 1)]
    [InlineData(5, 15)]
    [InlineData(60, 15)]
    public void Pods_are_told_what_they_wait_for_when_it_takes_longer_than_usual(int seconds, int nextLook)
    {
        var refused = NamedStep.Of(Input(Waiting(seconds))).Refused;

        Assert.Equal(TimeSpan.FromSeconds(nextLook), NamedStep.NextLook([Waiting(seconds)]));
        Assert.Equal(seconds >= 5, refused is [{ Address: Address, Reason: Reasons.AddressInUse }]);
        Assert.All(
            refused,
            refusal => Assert.Contains("until the ENI manager on node-2 has let go of it", refusal.Message, StringComparison.Ordinal)
        );
    }

    [Fact]
    public void What_is_there_for_the_taking_does_not_wait_for_the_rest()
    {
        var plan = PodAddressDecision.Plan(Input(Waiting(0), new NamedVerdict.Granted("10.0.0.78", null)));

        Assert.Equal(["10.0.0.78"], Assert.IsType<PodAddressChange.AssignNamed>(plan.Change).Addresses);
        Assert.Equal([Address, "10.0.0.78"], plan.Assigned);
    }

    [Fact]
    public void An_ENI_without_room_makes_no_other_node_let_go()
    {
        var plan = PodAddressDecision.Plan(Input(Waiting(0)) with { AddressesPerEni = 1 });

        Assert.Empty(plan.Assigned);
        Assert.Equal(Reasons.AddressLimitReached, Assert.Single(plan.Refused).Reason);
    }

    [Theory]
    [InlineData(3, true)]
    [InlineData(2, false)]
    public void What_an_ENI_is_about_to_lose_takes_up_room_until_then(int perEni, bool fits)
    {
        var withheld = new HashSet<string> { "10.0.0.60", "fd00::60" };
        var named = Input(new NamedVerdict.Granted(Address, null)) with { AddressesPerEni = perEni, Withheld = withheld };
        var counted = Input() with { AddressesPerEni = perEni, Withheld = withheld };
        counted.Spec.PodAddresses!.Warm = 1;

        Assert.Equal(fits, PodAddressDecision.Plan(named).Change is not null);
        Assert.Equal(fits, PodAddressDecision.Plan(counted).Change is not null);
    }

    private static NamedVerdict.Waiting Waiting(int seconds) =>
        new(Address, A.Row("eni-2", A.Attached("i-2")), "node-2", TimeSpan.FromSeconds(seconds));

    private static PodAddressInput Input(params NamedVerdict[] named)
    {
        var spec = A.Attachment(spec: spec => spec.PodAddresses = new PodAddressesSpec()).Spec!;
        return new PodAddressInput(spec, A.Row(attachment: A.Attached()) with { PrivateIps = ["10.0.0.9"] }, null, 30) { Named = named };
    }
}
