using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Publishing;
using MultiEni.Manager.Safety;
using MultiEni.Manager.Settings;
using MultiEni.Manager.Steps;

namespace MultiEni.Manager.Tests.Steps;

public sealed class StatusReportTests
{
    private static readonly DateTimeOffset Now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly Blocker Because = new("Because", "of this");

    private static DeviceObservation Bound(string use = DeviceUses.Bound) =>
        new()
        {
            Desired = new DesiredDevice { Use = use, Resource = ResourceName.Parse("intel.com/dpdk_1") },
            Match = new DeviceMatch.Found(A.BoundDevice(), IdentityProof.Journal),
            Offer = new OfferState.Confirmed(A.Offer()),
        };

    private static EniAttachmentStatus Report(
        DeviceObservation observation,
        DeviceStep step,
        EniAttachment? attachment = null,
        DateTimeOffset? now = null
    ) => StatusReport.Build(attachment ?? A.Attachment(), observation, step, null, A.Boot, now ?? Now);

    private static string Summary(EniAttachmentStatus status) =>
        string.Join(' ', status.Conditions!.Select(condition => $"{condition.Type}={condition.Status}/{condition.Reason}"));

    [Theory]
    [InlineData(true, "up")]
    [InlineData(false, "down")]
    public void Configured_says_of_the_link_what_linkState_says(bool up, string state)
    {
        var observation = new DeviceObservation
        {
            Desired = new DesiredDevice { Use = DeviceUses.Bound },
            Match = new DeviceMatch.Found(A.Device(), IdentityProof.HardwareAddress),
            Link = A.Link(3, "ens6", A.Mac.ToString(), up),
        };
        var report = Report(observation, new DeviceStep.Refuse(ConditionTypes.Bound, Because));
        Assert.Equal(state, report.Device!.LinkState);
        Assert.Equal($"0000:00:06.0 is ens6, {state} with MTU 9001.", report.Conditions.Find(ConditionTypes.Configured)!.Message);
    }

    [Fact]
    public void At_rest_all_that_applies_is_true() =>
        Assert.Equal(
            "Configured=True/DeviceConfigured Bound=True/Bound Advertised=True/Advertised",
            Summary(Report(Bound(), new DeviceStep.Nothing()))
        );

    [Fact]
    public void A_refusal_shows_where_it_stands_and_what_waits_for_it() =>
        Assert.Equal(
            "Configured=True/DeviceConfigured Bound=False/Because Advertised=False/Progressing",
            Summary(Report(Bound(), new DeviceStep.Refuse(ConditionTypes.Bound, Because)))
        );

    [Fact]
    public void Conditions_that_do_not_apply_are_left_out() =>
        Assert.Equal("Configured=True/DeviceConfigured", Summary(Report(Bound(DeviceUses.Plain), new DeviceStep.Nothing())));

    [Fact]
    public void A_finished_release_says_so()
    {
        var observation = Bound() with
        {
            Match = new DeviceMatch.Found(A.Device(), IdentityProof.HardwareAddress),
            Offer = new OfferState.NotOffered(),
        };
        var status = Report(observation with { Desired = observation.Desired with { Deleting = true } }, new DeviceStep.ReleaseDone("done"));
        Assert.Equal("Configured=False/Releasing Bound=False/Released Advertised=False/Withdrawn Released=True/Released", Summary(status));
    }

    [Fact]
    public void Saying_the_same_later_yields_an_equal_report()
    {
        var first = Report(Bound(), new DeviceStep.Nothing());
        var attachment = A.Attachment();
        attachment.Status!.Conditions = first.Conditions;
        var second = Report(Bound(), new DeviceStep.Nothing(), attachment, Now.AddHours(1));
        Assert.Equal(first.Device, second.Device);
        Assert.Equal(first.Conditions, second.Conditions);
    }

    [Fact]
    public void A_report_names_the_attachment_in_EC2_that_it_is_about()
    {
        Assert.Equal("eni-attach-a", Report(Bound(), new DeviceStep.Nothing()).Device!.AttachmentId);
        var fresh = A.Attachment();
        fresh.Status!.Network = null;
        Assert.Null(
            Report(Bound() with { Match = new DeviceMatch.Absent("none") }, new DeviceStep.Wait(ConditionTypes.Configured, Because), fresh).Device
        );
    }

    [Fact]
    public void A_node_without_the_CNI_plugin_says_so() =>
        Assert.Equal("no room", Report(Bound() with { IpamProblem = "no room" }, new DeviceStep.Nothing()).Device!.IpamProblem);

    [Fact]
    public void Nothing_is_said_of_a_device_that_must_not_be_touched() =>
        Assert.Equal(
            new DeviceStatus { AttachmentId = "eni-attach-a" },
            Report(Bound() with { TouchBlocker = Because }, new DeviceStep.Refuse(ConditionTypes.Configured, Because)).Device
        );

    /// <summary>
    /// In a pod it shows no hardware address, and the kubelet is asked about it only by the address
    /// that was reported.
    /// </summary>
    [Fact]
    public void A_device_that_was_reported_is_not_forgotten_while_it_is_in_doubt()
    {
        var reported = Report(Bound(DeviceUses.Advertised), new DeviceStep.Nothing()).Device!;
        var kept = new DeviceStatus
        {
            AttachmentId = "eni-attach-a",
            PciAddress = "0000:00:06.0",
            Driver = reported.Driver,
            ResourceName = "intel.com/dpdk_1",
            BootId = A.Boot,
        };
        var refused = new DeviceStep.Refuse(ConditionTypes.Configured, Because);
        var observation = Bound() with { Reported = reported };
        Assert.Equal(kept, Report(observation with { TouchBlocker = Because }, refused).Device);
        foreach (
            var match in new DeviceMatch[] { new DeviceMatch.Mismatch("x"), new DeviceMatch.AddressNotFound("x"), new DeviceMatch.Ambiguous("x") }
        )
        {
            Assert.Equal(kept, Report(observation with { Match = match }, refused).Device);
            Assert.Null(Report(observation with { Match = match, Reported = null }, refused).Device!.PciAddress);
        }
    }

    [Fact]
    public void A_device_whose_offer_stands_in_doubt_is_reported_as_offered() =>
        Assert.True(
            Report(
                Bound() with
                {
                    TouchBlocker = Because with { IsInconclusive = true },
                },
                new DeviceStep.Refuse(ConditionTypes.Configured, Because)
            ).Device!.Advertised
        );

    [Fact]
    public void The_danger_of_no_IOMMU_mode_is_said()
    {
        var status = Report(Bound(), new DeviceStep.Nothing());
        Assert.Equal("noiommu", status.Device!.Iommu);
        Assert.Contains("all memory of the node", status.Conditions.Find(ConditionTypes.Bound)!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, null, "intel.com/intel_sriov_netdevice_1")]
    [InlineData("my/res", null, "my/res")]
    [InlineData(null, "ens6", "intel.com/by_interface")]
    [InlineData("my/res", "ens6", "my/res")]
    public void The_resource_is_the_one_asked_for_then_the_interfaces_then_one_by_index(string? asked, string? interfaceName, string expected)
    {
        var attachment = A.Attachment();
        attachment.Spec!.Device.ResourceName = asked;
        var settings = new ManagerSettings
        {
            Kubernetes = new() { Server = new Uri("http://127.0.0.1/"), Source = "test" },
            NodeName = "node-1",
            ResourceNames = new Dictionary<string, string>(StringComparer.Ordinal) { ["ens6"] = "by_interface" },
        };
        Assert.Equal(expected, DesiredDeviceReader.Read(attachment, interfaceName, settings).Resource.ToString());
    }

    [Theory]
    [InlineData(true, 64, "")]
    [InlineData(false, 65, "")]
    [InlineData(true, 65, "which has 65 characters, and the attributes of devices that claims get have at most 64; shorten it.")]
    [InlineData(false, 80, "")]
    public void Claims_find_devices_by_an_attribute_that_not_every_resource_fits_into(bool servesClaims, int length, string problem)
    {
        var attachment = A.Attachment();
        attachment.Spec!.Device.ResourceName = $"{new string('p', length - 33)}.io/{new string('n', 29)}";
        var settings = new ManagerSettings
        {
            Kubernetes = new() { Server = new Uri("http://127.0.0.1/"), Source = "test" },
            NodeName = "node-1",
            DevicePublisher = servesClaims ? PublisherChoice.Dra : PublisherChoice.Embedded,
        };

        var desired = DesiredDeviceReader.Read(attachment, "ens6", settings);

        Assert.Equal(problem.Length == 0, desired.Resource is not null);
        Assert.EndsWith(problem, desired.ResourceProblem, StringComparison.Ordinal);
        Assert.Equal(problem.Length == 0, desired.ResourceProblem.Length == 0);
    }

    [Theory]
    [InlineData(1500, "ens6", 1500)]
    [InlineData(0, "ens6", 3000)]
    [InlineData(0, "ens7", 9001)]
    public void The_MTU_is_the_one_asked_for_then_the_interfaces_then_the_default(int asked, string interfaceName, int expected)
    {
        var attachment = A.Attachment();
        attachment.Spec!.Mtu = asked;
        var settings = new ManagerSettings
        {
            Kubernetes = new() { Server = new Uri("http://127.0.0.1/"), Source = "test" },
            NodeName = "node-1",
            DefaultMtu = 9001,
            InterfaceMtus = new Dictionary<string, int>(StringComparer.Ordinal) { ["ens6"] = 3000 },
        };
        Assert.Equal(expected, DesiredDeviceReader.Read(attachment, interfaceName, settings).Mtu);
    }

    [Fact]
    public void While_it_releases_a_device_the_agent_shows_that_it_lives_and_not_more_often_than_it_must()
    {
        var begin = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
        var attachment = A.Attachment();
        EniAttachmentStatus At(TimeSpan age) =>
            StatusReport.Build(
                attachment,
                new DeviceObservation
                {
                    Desired = new DesiredDevice { Deleting = true, HasFinalizer = true },
                    Match = new DeviceMatch.Absent("gone"),
                },
                new DeviceStep.Wait(ConditionTypes.Released, new Blocker(Reasons.Releasing, "soon")),
                null,
                A.Boot,
                begin + age
            );

        Assert.Null(At(TimeSpan.Zero).Device?.ReleaseHeartbeatTime);
        attachment.Metadata.DeletionTimestamp = begin;
        attachment = attachment with { Status = At(TimeSpan.Zero) };
        Assert.Equal(begin, attachment.Status!.Device!.ReleaseHeartbeatTime);
        Assert.Equal(begin, At(ReleaseHeartbeat.Interval - TimeSpan.FromSeconds(1)).Device!.ReleaseHeartbeatTime);
        Assert.Equal(begin + ReleaseHeartbeat.Interval, At(ReleaseHeartbeat.Interval).Device!.ReleaseHeartbeatTime);

        // A clock that was set back is no reason for silence.
        Assert.Equal(begin - TimeSpan.FromDays(1), At(-TimeSpan.FromDays(1)).Device!.ReleaseHeartbeatTime);
    }

    [Fact]
    public void A_failure_is_told_beside_what_was_said_before()
    {
        var now = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
        var why = new Blocker(Reasons.ReconcileFailed, "the disk is gone");
        var bound = new Condition { Type = ConditionTypes.Bound, Status = ConditionStatus.True };
        var device = new DeviceStatus { AttachmentId = "eni-attach-a", PciAddress = "0000:00:06.0" };
        var attachment = A.Attachment();
        attachment.Status = attachment.Status! with
        {
            Device = device,
            Conditions = [bound, new() { Type = ConditionTypes.Attached, Status = ConditionStatus.True }],
        };

        var standing = StatusReport.Failed(attachment, why, now);
        Assert.Equal(device, standing.Device);
        Assert.Equal([ConditionTypes.Bound, ConditionTypes.Configured], standing.Conditions!.Select(condition => condition.Type));
        Assert.Equal(ConditionStatus.Unknown, standing.Conditions.Find(ConditionTypes.Configured)!.Status);

        // Of the device of an earlier attachment nothing that was said stands, but which one it
        // was.
        attachment.Status.Network!.AttachmentId = "eni-attach-b";
        var anew = StatusReport.Failed(attachment, why, now);
        Assert.Equal(device with { AttachmentId = "eni-attach-b" }, anew.Device);
        Assert.Equal([ConditionTypes.Configured], anew.Conditions!.Select(condition => condition.Type));
        attachment.Status.Network.AttachmentId = "eni-attach-a";

        attachment.Metadata.DeletionTimestamp = now;
        var leaving = StatusReport.Failed(attachment, why, now);
        Assert.Equal(device with { ReleaseHeartbeatTime = now }, leaving.Device);
        var released = leaving.Conditions.Find(ConditionTypes.Released)!;
        Assert.Equal((ConditionStatus.False, Reasons.ReconcileFailed, "the disk is gone"), (released.Status, released.Reason, released.Message));
    }

    [Theory]
    [InlineData(Reasons.DeviceInUse, true)]
    [InlineData(Reasons.DeviceUsageUnknown, true)]
    [InlineData(Reasons.RemovalBlocked, true)]
    [InlineData(Reasons.UnbindTimeout, true)]
    [InlineData(Reasons.DeviceAmbiguous, true)]
    [InlineData(Reasons.WaitingForDevice, true)]
    [InlineData(Reasons.Releasing, false)]
    [InlineData(Reasons.Driverless, false)]
    public void A_failure_does_not_make_a_device_free_that_a_pod_may_have(string said, bool stands)
    {
        var attachment = A.Attachment();
        attachment.Metadata.DeletionTimestamp = Now;
        var looked = new Condition
        {
            Type = ConditionTypes.Released,
            Status = ConditionStatus.False,
            Reason = said,
            Message = "pod x/y has it.",
        };
        attachment.Status = attachment.Status! with { Conditions = [looked] };
        foreach (var failure in new[] { "the disk is full", "the disk is gone" })
        {
            attachment.Status = StatusReport.Failed(attachment, new Blocker(Reasons.JournalUnwritable, failure), Now);
            var released = Assert.Single(attachment.Status.Conditions!);
            Assert.Equal(stands ? said : Reasons.JournalUnwritable, released.Reason);
            Assert.Equal(stands ? $"pod x/y has it. Since then: {failure}" : failure, released.Message);
            Assert.Equal(ConditionStatus.False, released.Status);
        }
    }
}
