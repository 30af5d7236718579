using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Controller.Attachments;
using MultiEni.Operator.Events;

namespace MultiEni.Controller.Tests.Attachments;

public sealed class DeviceEventsTests
{
    private static Condition Is(string type, string status, string reason, string message = "m") =>
        new()
        {
            Type = type,
            Status = status,
            Reason = reason,
            Message = message,
        };

    private static List<DeviceEvent> Between(IReadOnlyList<Condition>? before, params Condition[] after) =>
        [.. DeviceEvents.Between("node-1", before, new EniAttachmentStatus { Conditions = [.. after] })];

    private static readonly Condition Bound = Is(ConditionTypes.Bound, "True", Reasons.Bound, "vfio-pci holds 0000:00:06.0.");

    [Fact]
    public void A_bound_device_is_reported_once_with_its_node()
    {
        Assert.Equal(new DeviceEvent(EventType.Normal, "DPDKBound", "node-1: vfio-pci holds 0000:00:06.0."), Assert.Single(Between(null, Bound)));
        Assert.Empty(Between([Bound], Bound));
    }

    [Theory]
    [InlineData(ConditionTypes.Bound, Reasons.DriverModuleUnavailable, "DPDKBindFailed")]
    [InlineData(ConditionTypes.Bound, Reasons.Driverless, "DPDKBindFailed")]
    [InlineData(ConditionTypes.Configured, Reasons.PciAddressMismatch, "DeviceRefused")]
    [InlineData(ConditionTypes.Configured, Reasons.LinkFailed, "DeviceRefused")]
    [InlineData(ConditionTypes.Advertised, Reasons.DevicePluginNotFound, "DeviceNotAdvertised")]
    [InlineData(ConditionTypes.Released, Reasons.UnbindTimeout, "DPDKUnbindFailed")]
    [InlineData(ConditionTypes.Configured, Reasons.RemovalBlocked, "DeviceInUse")]
    public void What_fails_is_a_warning_with_the_condition_s_reason(string type, string reason, string expected)
    {
        var failed = Is(type, "False", reason, "do this");
        Assert.Equal(new DeviceEvent(EventType.Warning, expected, $"node-1: {reason}: do this"), Assert.Single(Between(null, failed)));
        Assert.Empty(Between([failed], failed));
        Assert.Single(Between([failed], failed with { Message = "do that" }));
    }

    [Theory]
    [InlineData(ConditionTypes.Configured, Reasons.WaitingForDevice)]
    [InlineData(ConditionTypes.Bound, Reasons.Progressing)]
    [InlineData(ConditionTypes.Bound, Reasons.ConcurrentOperation)]
    [InlineData(ConditionTypes.Advertised, Reasons.AllocatableMismatch)]
    [InlineData(ConditionTypes.Released, Reasons.Releasing)]
    public void A_passing_reason_records_no_event(string type, string reason) => Assert.Empty(Between(null, Is(type, "False", reason)));

    [Fact]
    public void A_pod_that_has_the_device_is_reported_and_is_no_warning() =>
        Assert.Equal(
            (EventType.Normal, "DeviceInUse"),
            Assert.Single(Between([Bound], Bound, Is(ConditionTypes.Released, "False", Reasons.DeviceInUse))) is var news
                ? (news.Type, news.Reason)
                : default
        );

    [Fact]
    public void A_release_tells_of_the_driver_and_of_the_device()
    {
        var news = Between(
            [Bound],
            Is(ConditionTypes.Bound, "False", Reasons.Released, "No user-space driver holds the device."),
            Is(ConditionTypes.Released, "True", Reasons.Released, "0000:00:06.0 is held by its kernel driver ena.")
        );
        Assert.Equal(["DPDKUnbound", "DeviceReleased"], news.Select(told => told.Reason));
    }

    [Fact]
    public void A_device_that_is_no_longer_to_be_bound_is_reported_unbound()
    {
        var after = new EniAttachmentStatus
        {
            Device = new DeviceStatus { PciAddress = "0000:00:06.0", Driver = "ena" },
            Conditions = [Is(ConditionTypes.Configured, "True", Reasons.DeviceConfigured)],
        };
        var news = Assert.Single(DeviceEvents.Between("node-1", [Bound], after));
        Assert.Equal(("DPDKUnbound", "node-1: 0000:00:06.0 is held by ena again."), (news.Reason, news.Message));
    }

    [Fact]
    public void A_copy_by_the_controller_records_no_second_event()
    {
        var failed = Is(ConditionTypes.Bound, "False", Reasons.BindFailed);

        Assert.Empty(Between([failed], failed, Is(ConditionTypes.Ready, "False", Reasons.BindFailed), Is(ConditionTypes.Attached, "False", "R")));
    }
}
