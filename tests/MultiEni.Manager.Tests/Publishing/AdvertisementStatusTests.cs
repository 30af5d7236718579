using MultiEni.Api;
using MultiEni.Manager.Publishing;

namespace MultiEni.Manager.Tests.Publishing;

public sealed class AdvertisementStatusTests
{
    private static readonly OfferedDevice[] Two = [A.Offer(), A.Offer(address: "0000:00:07.0")];

    private static readonly PluginSight Present = new PluginSight.Present();
    private static readonly PluginSight Missing = new PluginSight.Missing();

    private static Dictionary<string, string> Counts(int count) => new(StringComparer.Ordinal) { ["intel.com/dpdk_1"] = $"{count}" };

    [Fact]
    public void A_device_is_confirmed_when_the_node_counts_all_that_are_offered()
    {
        Assert.IsType<OfferState.Confirmed>(AdvertisementStatus.Offered(Two[0], Two, false, Present, Counts(2)));
        Assert.Equal(
            Reasons.AllocatableMismatch,
            Assert.IsType<OfferState.Pending>(AdvertisementStatus.Offered(Two[0], Two, false, Present, Counts(1))).Why.Reason
        );
        Assert.Equal(
            Reasons.AllocatableMismatch,
            Assert.IsType<OfferState.Pending>(AdvertisementStatus.Offered(Two[0], Two, false, Present, null)).Why.Reason
        );
    }

    [Fact]
    public void What_the_plugin_has_not_read_is_not_confirmed_whatever_the_node_counts()
    {
        Assert.Equal(
            Reasons.Publishing,
            Assert.IsType<OfferState.Pending>(AdvertisementStatus.Offered(Two[0], Two, true, Present, Counts(2))).Why.Reason
        );
        Assert.Equal(
            Reasons.DevicePluginNotFound,
            Assert.IsType<OfferState.Pending>(AdvertisementStatus.Offered(Two[0], Two, true, Missing, Counts(2))).Why.Reason
        );
    }

    [Fact]
    public void A_device_is_withdrawn_when_the_plugin_has_read_it_and_the_node_counts_only_the_rest()
    {
        OfferedDevice[] rest = [Two[1]];
        Assert.IsType<OfferState.NotOffered>(AdvertisementStatus.Withdrawn(Two[0], rest, false, Present, Counts(1)));
        Assert.IsType<OfferState.Withdrawing>(AdvertisementStatus.Withdrawn(Two[0], rest, false, Present, Counts(2)));
        Assert.IsType<OfferState.Withdrawing>(AdvertisementStatus.Withdrawn(Two[0], rest, true, Present, Counts(1)));
        Assert.IsType<OfferState.Withdrawing>(AdvertisementStatus.Withdrawn(Two[0], rest, false, Present, null));
    }

    [Fact]
    public void Without_a_plugin_the_count_alone_decides()
    {
        Assert.IsType<OfferState.NotOffered>(AdvertisementStatus.Withdrawn(Two[0], [], true, Missing, Counts(0)));
        Assert.IsType<OfferState.Withdrawing>(AdvertisementStatus.Withdrawn(Two[0], [], true, Missing, Counts(1)));
    }
}
