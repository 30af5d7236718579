using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Manager.Binding;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Publishing;
using MultiEni.Manager.Safety;
using MultiEni.Manager.Steps;

namespace MultiEni.Manager.Tests.Steps;

public sealed class NextStepTests
{
    private static readonly Refusal Because = new("Because", "of this");

    private static DeviceWish Wish(string use) =>
        new()
        {
            Use = use,
            Driver = use == DeviceUses.Bound ? "vfio-pci" : "",
            Mtu = 9001,
            Resource = ResourceName.Parse("intel.com/dpdk_1"),
            EniId = "eni-a",
            NetworkState = EniState.Attached,
            HasFinalizer = true,
        };

    private static DeviceSituation With(string use, PciDevice device) =>
        new()
        {
            Wish = Wish(use),
            Match = new DeviceMatch.Found(device, device.InterfaceName is null ? IdentityProof.Journal : IdentityProof.HardwareAddress),
            Link = device.InterfaceName is null ? null : A.Link(3, device.InterfaceName, A.Mac.ToString()),
        };

    private static JournalEntry Entry(JournalPhase phase) =>
        new()
        {
            EniId = "eni-a",
            PciAddress = "0000:00:06.0",
            Phase = phase,
        };

    private static DeviceSituation BoundByUs() => With(DeviceUses.Bound, A.BoundDevice()) with { Journal = Entry(JournalPhase.Bound) };

    private static DeviceSituation Deleting(DeviceSituation situation) => situation with { Wish = situation.Wish with { Deleting = true } };

    private static T Is<T>(DeviceSituation situation)
        where T : DeviceStep => Assert.IsType<T>(NextStep.Decide(situation));

    private static void Waits(string condition, string reason, DeviceSituation situation)
    {
        var wait = Is<DeviceStep.Wait>(situation);
        Assert.Equal((condition, reason), (wait.Condition, wait.Why.Reason));
        Assert.NotEmpty(wait.Why.Message);
    }

    private static void Refuses(string condition, string reason, DeviceSituation situation)
    {
        var refusal = Is<DeviceStep.Refuse>(situation);
        Assert.Equal((condition, reason), (refusal.Condition, refusal.Why.Reason));
        Assert.NotEmpty(refusal.Why.Message);
    }

    [Theory]
    [InlineData(EniState.Pending)]
    [InlineData(EniState.Attaching)]
    [InlineData(EniState.Detaching)]
    public void Nothing_is_done_before_EC2_confirms_the_attachment(string state)
    {
        var situation = With(DeviceUses.Bound, A.Device());
        Waits(ConditionTypes.Configured, Reasons.WaitingForDevice, situation with { Wish = situation.Wish with { NetworkState = state } });
    }

    [Fact]
    public void Doubts_about_the_identity_are_refusals_of_their_own()
    {
        var situation = With(DeviceUses.Bound, A.Device());
        Waits(ConditionTypes.Configured, Reasons.WaitingForDevice, situation with { Match = new DeviceMatch.Absent("x") });
        Refuses(ConditionTypes.Configured, Reasons.DeviceAmbiguous, situation with { Match = new DeviceMatch.Ambiguous("x") });
        Refuses(ConditionTypes.Configured, Reasons.PciAddressMismatch, situation with { Match = new DeviceMatch.Mismatch("x") });
        Refuses(ConditionTypes.Configured, Reasons.PciDeviceNotFound, situation with { Match = new DeviceMatch.AddressNotFound("x") });
    }

    [Theory]
    [InlineData(DeviceUses.Plain)]
    [InlineData(DeviceUses.Advertised)]
    [InlineData(DeviceUses.Bound)]
    public void A_device_that_must_not_be_touched_is_not_even_brought_up(string use)
    {
        var refusal = Is<DeviceStep.Refuse>(With(use, A.Device()) with { TouchRefusal = Because, Link = A.Link(3, "ens6", "", up: false) });
        Assert.Equal(Because, refusal.Why);
    }

    [Fact]
    public void A_plain_ENI_is_brought_up_then_gets_its_MTU_then_rests()
    {
        var situation = With(DeviceUses.Plain, A.Device());
        Assert.Equal(new DeviceStep.LinkUp(3, "ens6"), NextStep.Decide(situation with { Link = A.Link(3, "ens6", "", up: false, mtu: 1500) }));
        Assert.Equal(new DeviceStep.SetMtu(3, "ens6", 9001), NextStep.Decide(situation with { Link = A.Link(3, "ens6", "", mtu: 1500) }));
        Is<DeviceStep.Nothing>(situation);
    }

    [Fact]
    public void An_MTU_of_0_is_left_alone()
    {
        var situation = With(DeviceUses.Plain, A.Device()) with { Link = A.Link(3, "ens6", "", mtu: 1500) };
        Is<DeviceStep.Nothing>(situation with { Wish = situation.Wish with { Mtu = 0 } });
    }

    [Fact]
    public void A_plain_ENI_is_no_longer_offered() =>
        Is<DeviceStep.Withdraw>(With(DeviceUses.Plain, A.Device()) with { Offer = new OfferState.Confirmed(A.Offer(driver: "ena")) });

    [Fact]
    public void An_advertised_ENI_is_offered_with_the_driver_that_holds_it() =>
        Assert.Equal(new DeviceStep.Publish(A.Offer(driver: "ena")), NextStep.Decide(With(DeviceUses.Advertised, A.Device())));

    [Fact]
    public void An_advertised_ENI_in_a_pods_namespace_stays_on_offer()
    {
        var away = With(DeviceUses.Advertised, A.Device(interfaceName: null)) with
        {
            Match = new DeviceMatch.Found(A.Device(interfaceName: null), IdentityProof.Report),
        };
        Is<DeviceStep.Nothing>(away with { Offer = new OfferState.Confirmed(A.Offer(driver: "ena")) });
    }

    [Fact]
    public void A_resource_name_that_is_none_is_refused() =>
        Refuses(
            ConditionTypes.Advertised,
            Reasons.InvalidSpec,
            BoundByUs() with
            {
                Wish = Wish(DeviceUses.Bound) with { Resource = null, ResourceProblem = "bad" },
            }
        );

    [Fact]
    public void A_device_is_bound_and_only_then_offered_and_only_when_the_node_counts_it_at_rest()
    {
        Assert.Equal(new DeviceStep.Bind(A.Device(), "vfio-pci"), NextStep.Decide(With(DeviceUses.Bound, A.Device())));
        Assert.Equal(new DeviceStep.Publish(A.Offer()), NextStep.Decide(BoundByUs()));
        Waits(ConditionTypes.Advertised, "Because", BoundByUs() with { Offer = new OfferState.Pending(A.Offer(), Because) });
        Refuses(ConditionTypes.Advertised, "Because", BoundByUs() with { Offer = new OfferState.Failed(A.Offer(), Because) });
        Is<DeviceStep.Nothing>(BoundByUs() with { Offer = new OfferState.Confirmed(A.Offer()) });
    }

    [Fact]
    public void A_changed_resource_name_is_published_anew() =>
        Assert.Equal(
            new DeviceStep.Publish(A.Offer()),
            NextStep.Decide(BoundByUs() with { Offer = new OfferState.Confirmed(A.Offer("intel.com/old")) })
        );

    [Fact]
    public void A_bound_device_that_the_journal_does_not_call_bound_is_verified_first()
    {
        Is<DeviceStep.Bind>(BoundByUs() with { Journal = null });
        Is<DeviceStep.Bind>(BoundByUs() with { Journal = Entry(JournalPhase.Binding) });
    }

    [Fact]
    public void Safety_keeps_a_device_from_being_bound() =>
        Refuses(ConditionTypes.Bound, "Because", With(DeviceUses.Bound, A.Device()) with { BindRefusal = Because });

    [Fact]
    public void S7_a_device_whose_interface_is_elsewhere_is_not_bound() =>
        Waits(ConditionTypes.Bound, Reasons.DeviceInUse, With(DeviceUses.Bound, A.Device(interfaceName: null)));

    [Fact]
    public void A_device_on_offer_with_its_kernel_driver_is_withdrawn_before_it_is_bound()
    {
        var situation = With(DeviceUses.Bound, A.Device());
        Is<DeviceStep.Withdraw>(situation with { Offer = new OfferState.Confirmed(A.Offer(driver: "ena")) });
        Waits(ConditionTypes.Bound, "Because", situation with { Offer = new OfferState.Withdrawing(A.Offer(driver: "ena"), Because) });
    }

    [Fact]
    public void A_device_that_somebody_else_bound_is_left_alone()
    {
        Refuses(ConditionTypes.Bound, Reasons.ForeignBinding, With(DeviceUses.Bound, A.BoundDevice(driver: "igb_uio")));
        Refuses(ConditionTypes.Configured, Reasons.ForeignBinding, With(DeviceUses.Plain, A.BoundDevice()));
    }

    [Fact]
    public void A_device_that_we_bound_to_another_driver_is_given_back_first()
    {
        var situation = With(DeviceUses.Bound, A.BoundDevice(driver: "igb_uio")) with { Journal = Entry(JournalPhase.Bound) };
        Is<DeviceStep.CheckUse>(situation);
        Is<DeviceStep.GiveBack>(situation with { Usage = new DeviceUsage.Free() });
    }

    [Fact]
    public void Without_consent_of_the_administrator_nothing_is_bound_and_nothing_is_unbound()
    {
        Refuses(ConditionTypes.Bound, Reasons.DpdkDisabled, With(DeviceUses.Bound, A.Device()) with { DpdkEnabled = false });
        Is<DeviceStep.Publish>(BoundByUs() with { DpdkEnabled = false });
    }

    [Fact]
    public void A_driver_that_is_none_of_dpdks_is_refused() =>
        Refuses(
            ConditionTypes.Bound,
            Reasons.InvalidSpec,
            With(DeviceUses.Bound, A.Device()) with
            {
                Wish = Wish(DeviceUses.Bound) with { Driver = "nvme" },
            }
        );

    [Fact]
    public void A_write_that_has_not_returned_is_waited_for() =>
        Waits(ConditionTypes.Bound, Reasons.UnbindTimeout, With(DeviceUses.Bound, A.Device()) with { IsStuck = true });

    [Fact]
    public void When_DPDK_is_no_longer_asked_for_the_device_is_withdrawn_proven_free_and_given_back()
    {
        var situation = BoundByUs() with { Wish = Wish(DeviceUses.Plain) };
        Is<DeviceStep.Withdraw>(situation with { Offer = new OfferState.Confirmed(A.Offer()) });
        Waits(ConditionTypes.Configured, "Because", situation with { Offer = new OfferState.Withdrawing(A.Offer(), Because) });
        Is<DeviceStep.CheckUse>(situation);
        Waits(ConditionTypes.Configured, Reasons.DeviceInUse, situation with { Usage = new DeviceUsage.InUse("pod x/y") });
        Is<DeviceStep.GiveBack>(situation with { Usage = new DeviceUsage.Free() });
    }

    [Fact]
    public void A_device_without_a_driver_goes_back_before_it_is_tried_again() =>
        Is<DeviceStep.GiveBack>(
            With(DeviceUses.Bound, A.Device(driver: null, interfaceName: null)) with
            {
                Journal = Entry(JournalPhase.Driverless),
            }
        );

    [Fact]
    public void A_bind_that_was_cut_off_after_the_unbind_goes_on() =>
        Is<DeviceStep.Bind>(With(DeviceUses.Bound, A.Device(driver: null, interfaceName: null)) with { Journal = Entry(JournalPhase.Binding) });

    [Fact]
    public void A_device_that_vanished_is_no_longer_offered() =>
        Is<DeviceStep.Withdraw>(BoundByUs() with { Match = new DeviceMatch.Absent("gone"), Offer = new OfferState.Confirmed(A.Offer()) });

    [Theory]
    [InlineData(false, ConditionTypes.Configured)]
    [InlineData(true, ConditionTypes.Released)]
    public void A_device_that_its_driver_is_letting_go_is_withdrawn_and_left_alone_and_whoever_holds_it_is_named(bool deleting, string condition)
    {
        var leaving = BoundByUs() with
        {
            Match = new DeviceMatch.Found(A.Device(driver: null, interfaceName: null) with { LeavingDriver = "vfio-pci" }, IdentityProof.Journal),
        };
        leaving = deleting ? Deleting(leaving) : leaving;
        Is<DeviceStep.Withdraw>(leaving with { Offer = new OfferState.Confirmed(A.Offer()) });
        Is<DeviceStep.CheckUse>(leaving);
        Waits(condition, Reasons.RemovalBlocked, leaving with { Usage = new DeviceUsage.InUse("pod x/y") });
        Waits(condition, Reasons.RemovalBlocked, leaving with { Usage = new DeviceUsage.Free() });
        Waits(condition, Reasons.UnbindTimeout, leaving with { IsStuck = true });
    }

    [Fact]
    public void A_device_that_its_kernel_driver_is_letting_go_is_not_bound_meanwhile() =>
        Waits(ConditionTypes.Configured, Reasons.WaitingForDevice, With(DeviceUses.Bound, A.Device(driver: null) with { LeavingDriver = "ena" }));

    [Fact]
    public void Deletion_withdraws_waits_proves_gives_back_and_only_then_lets_go()
    {
        var situation = Deleting(BoundByUs());
        Is<DeviceStep.Withdraw>(situation with { Offer = new OfferState.Confirmed(A.Offer()) });
        Waits(ConditionTypes.Released, "Because", situation with { Offer = new OfferState.Withdrawing(A.Offer(), Because) });
        Is<DeviceStep.CheckUse>(situation);
        Waits(ConditionTypes.Released, Reasons.DeviceInUse, situation with { Usage = new DeviceUsage.InUse("pod x/y") });
        Is<DeviceStep.GiveBack>(situation with { Usage = new DeviceUsage.Free() });
        Is<DeviceStep.ReleaseDone>(Deleting(With(DeviceUses.Bound, A.Device())));
    }

    [Fact]
    public void Deletion_waits_for_a_write_that_has_not_returned() =>
        Waits(ConditionTypes.Released, Reasons.UnbindTimeout, Deleting(BoundByUs()) with { IsStuck = true });

    [Fact]
    public void Deletion_before_anything_was_done_lets_go_at_once()
    {
        var situation = Deleting(With(DeviceUses.Bound, A.Device()));
        Is<DeviceStep.ReleaseDone>(situation with { Match = new DeviceMatch.Absent("not yet") });
        Is<DeviceStep.ReleaseDone>(situation with { TouchRefusal = Because });
        Is<DeviceStep.Nothing>(situation with { Wish = situation.Wish with { HasFinalizer = false } });
    }

    [Fact]
    public void Deletion_of_an_advertised_ENI_waits_for_the_pods_that_have_it()
    {
        var situation = Deleting(With(DeviceUses.Advertised, A.Device()));
        Is<DeviceStep.CheckUse>(situation);
        Waits(ConditionTypes.Released, Reasons.DeviceInUse, situation with { Usage = new DeviceUsage.InUse("pod x/y") });
        Is<DeviceStep.ReleaseDone>(situation with { Usage = new DeviceUsage.Free() });
    }

    [Fact]
    public void Deletion_of_a_plain_ENI_in_a_pods_namespace_waits_for_its_return()
    {
        var device = A.Device(interfaceName: null);
        Waits(
            ConditionTypes.Released,
            Reasons.DeviceInUse,
            Deleting(With(DeviceUses.Plain, device)) with
            {
                Match = new DeviceMatch.Found(device, IdentityProof.Report),
            }
        );
    }

    [Fact]
    public void Deletion_of_a_device_without_a_driver_repairs_it_first() =>
        Is<DeviceStep.GiveBack>(
            Deleting(With(DeviceUses.Bound, A.Device(driver: null, interfaceName: null)) with { Journal = Entry(JournalPhase.Driverless) })
        );
}
