using MultiEni.Api;
using MultiEni.Manager.Agent;
using MultiEni.Manager.Binding;
using MultiEni.Manager.Claims.Preparation;
using MultiEni.Manager.Claims.Slices;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Safety;
using MultiEni.Manager.Settings;
using MultiEni.Manager.Steps;

namespace MultiEni.Manager.Tests.Agent;

public sealed class ClaimClearanceTests
{
    private static readonly ManagerSettings Settings = new()
    {
        Kubernetes = null!,
        NodeName = "node-1",
        PrimaryInterface = "ens5",
    };

    private static readonly PreparedClaimDevice Wanted = new()
    {
        Device = "eni-a",
        PciAddress = A.Address.ToString(),
        Driver = "igb_uio",
        Eni = new EniFacts { EniId = "eni-a" },
    };

    private static readonly DeviceObservation Seen = new()
    {
        Desired = new DesiredDevice { EniId = "eni-a" },
        Match = new DeviceMatch.Found(A.Device(), IdentityProof.HardwareAddress),
        Link = A.Link(3, "ens6", A.Mac.ToString()),
        NodeAddresses = ["10.0.0.5"],
        Usage = new DeviceUsage.Free(),
    };

    [Fact]
    public void A_device_that_is_identified_and_safe_may_be_bound_to_what_the_claim_asks_for()
    {
        var request = Assert.IsType<BindClearance.Granted>(Decide(Seen)).Request;
        Assert.Equal(
            (A.Address, A.Ena, "igb_uio", "eni-a", A.Mac.ToString()),
            (request.Address, request.Ids, request.Driver, request.EniId, request.Mac)
        );
        Assert.Equal(("a", A.Boot, "ens5"), (request.Attachment, request.BootId, request.PrimaryInterface));
        Assert.Equal(["10.0.0.5"], request.NodeAddresses);
    }

    [Fact]
    public void A_device_that_is_gone_or_elsewhere_by_now_is_not_bound()
    {
        Assert.Equal(Reasons.DeviceRemoved, Reason(null));
        Assert.Equal(Reasons.DeviceRemoved, Reason(Seen with { Match = new DeviceMatch.Absent("") }));
        Assert.Equal(
            Reasons.DeviceRemoved,
            Reason(Seen with { Match = new DeviceMatch.Found(A.Device("0000:00:07.0"), IdentityProof.HardwareAddress) })
        );
    }

    [Fact]
    public void A_device_of_another_ENI_than_the_claims_is_not_bound() =>
        Assert.Equal(
            Reasons.DeviceRemoved,
            Assert
                .IsType<BindClearance.Refused>(
                    ClaimClearance.Decide(Wanted with { Eni = new EniFacts { EniId = "eni-b" } }, Seen, A.Claim(), A.Boot, Settings)
                )
                .Why.Reason
        );

    [Fact]
    public void The_safety_rules_are_those_of_an_attachment()
    {
        Assert.Equal(Reasons.PrimaryInterface, Reason(Seen with { BindBlocker = new Blocker(Reasons.PrimaryInterface, "no") }));
        Assert.Equal(Reasons.InvalidSpec, Reason(Seen with { TouchBlocker = new Blocker(Reasons.InvalidSpec, "no") }));
        Assert.Equal(Reasons.DeviceInUse, Reason(Seen with { Link = null }));
        var foreign = Seen with { Match = new DeviceMatch.Found(A.BoundDevice(), IdentityProof.Elimination), Link = null };
        Assert.Equal(Reasons.ForeignBinding, Reason(foreign));
    }

    [Fact]
    public void A_device_is_not_torn_from_pods_that_have_addresses_of_its_ENI()
    {
        var used = Decide(Seen with { Usage = UsageProbe.Addressed(A.Address, ["team/app"])! });
        Assert.Equal(
            new Blocker(
                Reasons.DeviceInUse,
                "0000:00:06.0 is in use by pod team/app, with addresses of its ENI; it is not modified before that ends."
            ),
            Assert.IsType<BindClearance.Refused>(used).Why
        );
        Assert.Equal(Reasons.DeviceUsageUnknown, Reason(Seen with { Usage = UsageProbe.Addressed(A.Address, null)! }));
        Assert.Null(UsageProbe.Addressed(A.Address, []));
    }

    [Fact]
    public void What_was_begun_may_be_finished_though_the_interface_is_gone_by_now()
    {
        var halfway = Seen with
        {
            Match = new DeviceMatch.Found(A.Device(driver: null, interfaceName: null), IdentityProof.Journal),
            Link = null,
            Journal = new JournalEntry { PciAddress = A.Address.ToString(), Phase = JournalPhase.Binding },
            BindBlocker = new Blocker(Reasons.DeviceInUse, "no interface"),
            Usage = new DeviceUsage.Unknown("the address book is not open"),
        };
        Assert.IsType<BindClearance.Granted>(Decide(halfway));
        Assert.Equal(Reasons.InvalidSpec, Reason(halfway with { TouchBlocker = new Blocker(Reasons.InvalidSpec, "no") }));
    }

    private static BindClearance Decide(DeviceObservation? seen) => ClaimClearance.Decide(Wanted, seen, A.Claim(), A.Boot, Settings);

    private static string Reason(DeviceObservation? seen) => Assert.IsType<BindClearance.Refused>(Decide(seen)).Why.Reason;
}
