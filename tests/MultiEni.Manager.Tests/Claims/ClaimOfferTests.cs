using Microsoft.Extensions.Time.Testing;
using MultiEni.Api;
using MultiEni.Manager.Claims;
using MultiEni.Manager.Claims.Slices;
using MultiEni.Manager.Kubelet.Dra;
using MultiEni.Manager.Safety;

namespace MultiEni.Manager.Tests.Claims;

/// <summary>When a device that is taken back from claims leaves, and what it waits for.</summary>
public sealed class ClaimOfferTests
{
    private static readonly Blocker Because = new(Reasons.DeviceRemoved, "because");
    private static readonly ClaimReference Claim = new("ns", "late", "uid");

    // Standing; withdrawn; for how long schedulers can see it; who has it in the API server.
    [Theory]
    [InlineData("ready", false, null, null, "offered")]
    [InlineData("ready", true, null, null, "Releasing")]
    [InlineData("ready", true, 4, null, "Releasing")]
    [InlineData("ready", true, 5, null, "asks, Releasing")]
    [InlineData("ready", true, 5, "unknown", "asks, DeviceUsageUnknown")]
    [InlineData("ready", true, 5, "claim", "asks, kept, DeviceInUse")]
    [InlineData("ready", true, 5, "free", "over, Releasing")]
    [InlineData("unusable", true, 4, null, "Releasing")]
    [InlineData("unusable", true, 5, null, "over, Releasing")]
    [InlineData("unusable", true, 5, "claim", "over, Releasing")]
    [InlineData("gone", false, null, null, "offered")]
    [InlineData("gone", true, null, null, "over, Releasing")]
    [InlineData("gone", true, 5, "claim", "over, Releasing")]
    public void A_withdrawal_ends_when_no_claim_can_get_the_device(string standing, bool isWithdrawn, int? closedFor, string? holder, string expected)
    {
        var time = new FakeTimeProvider();
        var start = time.GetTimestamp();
        time.Advance(TimeSpan.FromSeconds(closedFor ?? 0));
        var offer = new ClaimOffer(
            new ClaimableDevice(A.Offer(), EniFacts.Unknown, new HostFacts()),
            standing switch
            {
                "ready" => new DeviceStanding.Ready(),
                "gone" => new DeviceStanding.Gone(Because),
                _ => new DeviceStanding.Unusable(Because),
            },
            isWithdrawn ? start : null
        )
        {
            ClosedAt = closedFor is null ? null : start,
            Allocation = holder switch
            {
                "free" => new DeviceAllocationState.Free(),
                "claim" => new DeviceAllocationState.Allocated(Claim),
                "unknown" => new DeviceAllocationState.Unknown("silence"),
                _ => null,
            },
        };
        List<string> said =
        [
            .. offer.IsOver(time) ? ["over"] : Array.Empty<string>(),
            .. offer.MayBeAllocated(time) ? ["asks"] : Array.Empty<string>(),
            .. offer.IsAllocated ? ["kept"] : Array.Empty<string>(),
            isWithdrawn ? offer.WhyStill(holder: null).Reason : "offered",
        ];
        Assert.Equal(expected, string.Join(", ", said));
    }

    [Fact]
    public void The_slice_says_of_a_device_that_is_gone_that_it_is_and_of_others_that_they_are_withdrawn()
    {
        var offer = new ClaimOffer(new ClaimableDevice(A.Offer(), EniFacts.Unknown, new HostFacts()), new DeviceStanding.Unusable(Because), 1);
        Assert.IsType<DeviceStanding.Withdrawn>(offer.Shown);
        Assert.IsType<DeviceStanding.Gone>((offer with { Standing = new DeviceStanding.Gone(Because) }).Shown);
        Assert.IsType<DeviceStanding.Unusable>((offer with { WithdrawnAt = null }).Shown);
    }
}
