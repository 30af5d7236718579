using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Manager.Binding;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Host;
using MultiEni.Manager.Links;
using MultiEni.Manager.Publishing;
using MultiEni.Manager.Safety;
using MultiEni.Manager.Steps;

namespace MultiEni.Manager.Tests.Steps;

public sealed class DeviceDecisionTests
{
    private static readonly Blocker Because = new("Because", "of this");

    private static DesiredDevice Desired(string use) =>
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

    private static DeviceObservation With(string use, PciDevice device) =>
        new()
        {
            Desired = Desired(use),
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

    private static DeviceObservation BoundByUs() => With(DeviceUses.Bound, A.BoundDevice()) with { Journal = Entry(JournalPhase.Bound) };

    private static DeviceObservation Deleting(DeviceObservation observation) =>
        observation with
        {
            Desired = observation.Desired with { Deleting = true },
        };

    private static DeviceObservation Unused(DeviceObservation observation) => observation with { Usage = new DeviceUsage.Free() };

    private static DeviceObservation Used(DeviceObservation observation, string? resource = null) =>
        observation with
        {
            Usage = new DeviceUsage.InUse("pod x/y", resource),
        };

    private static DeviceObservation OfferedAs(DeviceObservation observation, string resource) =>
        observation with
        {
            Journal = observation.Journal! with { ResourceName = resource },
        };

    private static T Is<T>(DeviceObservation observation)
        where T : DeviceStep => Assert.IsType<T>(DeviceDecision.Decide(observation));

    private static void Waits(string condition, string reason, DeviceObservation observation)
    {
        var wait = Is<DeviceStep.Wait>(observation);
        Assert.Equal((condition, reason), (wait.Condition, wait.Why.Reason));
        Assert.NotEmpty(wait.Why.Message);
    }

    private static void Refuses(string condition, string reason, DeviceObservation observation)
    {
        var blocker = Is<DeviceStep.Refuse>(observation);
        Assert.Equal((condition, reason), (blocker.Condition, blocker.Why.Reason));
        Assert.NotEmpty(blocker.Why.Message);
    }

    [Theory]
    [InlineData(EniState.Pending)]
    [InlineData(EniState.Attaching)]
    [InlineData(EniState.Detaching)]
    public void Nothing_is_done_before_EC2_confirms_the_attachment(string state)
    {
        var observation = With(DeviceUses.Bound, A.Device());
        Waits(ConditionTypes.Configured, Reasons.WaitingForDevice, observation with { Desired = observation.Desired with { NetworkState = state } });
    }

    [Fact]
    public void Doubts_about_the_identity_are_refusals_of_their_own()
    {
        var observation = With(DeviceUses.Bound, A.Device());
        Waits(ConditionTypes.Configured, Reasons.WaitingForDevice, observation with { Match = new DeviceMatch.Absent("x") });
        Refuses(ConditionTypes.Configured, Reasons.DeviceAmbiguous, observation with { Match = new DeviceMatch.Ambiguous("x") });
        Refuses(ConditionTypes.Configured, Reasons.PciAddressMismatch, observation with { Match = new DeviceMatch.Mismatch("x") });
        Refuses(ConditionTypes.Configured, Reasons.PciDeviceNotFound, observation with { Match = new DeviceMatch.AddressNotFound("x") });
    }

    [Theory]
    [InlineData(DeviceUses.Plain)]
    [InlineData(DeviceUses.Advertised)]
    [InlineData(DeviceUses.Bound)]
    public void A_device_that_must_not_be_touched_is_not_even_brought_up(string use)
    {
        var blocker = Is<DeviceStep.Refuse>(With(use, A.Device()) with { TouchBlocker = Because, Link = A.Link(3, "ens6", "", up: false) });
        Assert.Equal(Because, blocker.Why);
    }

    [Fact]
    public void A_plain_ENI_is_brought_up_then_gets_its_MTU_then_rests()
    {
        var observation = With(DeviceUses.Plain, A.Device());
        Assert.Equal(
            new DeviceStep.LinkUp(3, "ens6"),
            DeviceDecision.Decide(observation with { Link = A.Link(3, "ens6", "", up: false, mtu: 1500) })
        );
        Assert.Equal(new DeviceStep.SetMtu(3, "ens6", 9001), DeviceDecision.Decide(observation with { Link = A.Link(3, "ens6", "", mtu: 1500) }));
        Is<DeviceStep.Nothing>(observation);
    }

    [Fact]
    public void An_MTU_of_0_is_left_alone()
    {
        var observation = With(DeviceUses.Plain, A.Device()) with { Link = A.Link(3, "ens6", "", mtu: 1500) };
        Is<DeviceStep.Nothing>(observation with { Desired = observation.Desired with { Mtu = 0 } });
    }

    [Fact]
    public void A_plain_ENI_is_no_longer_offered() =>
        Is<DeviceStep.Withdraw>(With(DeviceUses.Plain, A.Device()) with { Offer = new OfferState.Confirmed(A.Offer(driver: "ena")) });

    [Fact]
    public void An_advertised_ENI_is_offered_with_the_driver_that_holds_it()
    {
        var observation = With(DeviceUses.Advertised, A.Device());
        Is<DeviceStep.CheckUse>(observation);
        Assert.Equal(new DeviceStep.Publish(A.Offer(driver: "ena")), DeviceDecision.Decide(Unused(observation)));
    }

    [Fact]
    public void A_device_that_a_pod_has_is_offered_again_under_the_same_name_and_under_no_other()
    {
        var observation = With(DeviceUses.Advertised, A.Device());
        Is<DeviceStep.Publish>(Used(observation, "intel.com/dpdk_1"));
        Waits(ConditionTypes.Advertised, Reasons.DeviceInUse, Used(observation, "intel.com/former"));
        Waits(ConditionTypes.Advertised, Reasons.DeviceInUse, Used(observation));
        Waits(ConditionTypes.Advertised, Reasons.DeviceUsageUnknown, observation with { Usage = new DeviceUsage.Unknown("silence") });
    }

    [Fact]
    public void A_device_that_is_not_attached_any_more_is_withdrawn_before_anything_is_waited_for()
    {
        var observation = BoundByUs() with
        {
            Desired = Desired(DeviceUses.Bound) with { NetworkState = EniState.Available },
            Match = new DeviceMatch.Absent("gone"),
        };
        Is<DeviceStep.Withdraw>(observation with { Offer = new OfferState.Confirmed(A.Offer()) });
        Waits(ConditionTypes.Configured, Reasons.WaitingForDevice, observation);
    }

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
                Desired = Desired(DeviceUses.Bound) with { Resource = null, ResourceProblem = "bad" },
            }
        );

    [Fact]
    public void A_device_is_bound_and_only_then_offered_and_only_when_the_node_counts_it_at_rest()
    {
        Is<DeviceStep.CheckUse>(With(DeviceUses.Bound, A.Device()));
        Assert.Equal(new DeviceStep.Bind(A.Device(), "vfio-pci"), DeviceDecision.Decide(Unused(With(DeviceUses.Bound, A.Device()))));
        Is<DeviceStep.CheckUse>(BoundByUs());
        Assert.Equal(new DeviceStep.Publish(A.Offer()), DeviceDecision.Decide(Unused(BoundByUs())));
        Waits(ConditionTypes.Advertised, "Because", BoundByUs() with { Offer = new OfferState.Pending(A.Offer(), Because) });
        Refuses(ConditionTypes.Advertised, "Because", BoundByUs() with { Offer = new OfferState.Failed(A.Offer(), Because) });
        Is<DeviceStep.Nothing>(BoundByUs() with { Offer = new OfferState.Confirmed(A.Offer()) });
    }

    [Fact]
    public void An_offer_under_another_name_is_withdrawn_waited_for_and_checked_for_use_before_it_is_made_anew()
    {
        var renamed = OfferedAs(BoundByUs(), "intel.com/old");
        var old = A.Offer("intel.com/old");
        Is<DeviceStep.Withdraw>(renamed with { Offer = new OfferState.Confirmed(old) });
        Waits(ConditionTypes.Advertised, "Because", renamed with { Offer = new OfferState.Withdrawing(old, Because) });
        Is<DeviceStep.CheckUse>(renamed);
        var used = Used(renamed, "intel.com/old");
        Waits(ConditionTypes.Advertised, Reasons.DeviceInUse, used);
        Assert.Contains("allocated as intel.com/old", ((DeviceStep.Wait)DeviceDecision.Decide(used)).Why.Message, StringComparison.Ordinal);
        Assert.Equal(new DeviceStep.Publish(A.Offer()), DeviceDecision.Decide(Unused(renamed)));
    }

    [Fact]
    public void A_device_that_was_offered_under_the_name_before_is_offered_again_without_disturbing_whoever_has_it() =>
        Assert.Equal(new DeviceStep.Publish(A.Offer()), DeviceDecision.Decide(OfferedAs(BoundByUs(), "intel.com/dpdk_1")));

    [Fact]
    public void What_is_on_offer_with_another_driver_is_withdrawn_first() =>
        Is<DeviceStep.Withdraw>(BoundByUs() with { Offer = new OfferState.Confirmed(A.Offer(driver: "igb_uio")) });

    [Fact]
    public void Nothing_is_offered_before_what_offered_it_in_another_way_has_ended()
    {
        var observation = Unused(With(DeviceUses.Advertised, A.Device()));
        Is<DeviceStep.Publish>(observation);
        var early = observation with { OfferBlocker = Because };
        Waits(ConditionTypes.Advertised, "Because", early);
        // What is on offer stays so.
        Is<DeviceStep.Nothing>(early with { Offer = new OfferState.Confirmed(A.Offer(driver: "ena")) });
    }

    [Fact]
    public void Another_ENI_in_its_place_is_no_reason_to_keep_an_offer_that_looks_the_same()
    {
        var observation = With(DeviceUses.Advertised, A.Device()) with { Offer = new OfferState.Confirmed(A.Offer(driver: "ena")) };
        Is<DeviceStep.Nothing>(observation);
        var replaced = observation with { IsOfferOfAnother = true };
        Assert.Equal(new DeviceStep.Withdraw(A.Address, ReplacedBy: "eni-a"), DeviceDecision.Decide(replaced));
        Is<DeviceStep.Withdraw>(Deleting(replaced));
        // Whichever attachment was looked at first, and once.
        var withdrawing = new OfferState.Withdrawing(A.Offer(driver: "ena"), new Blocker(Reasons.Releasing, "still"));
        Assert.Equal(new DeviceStep.Withdraw(A.Address, ReplacedBy: "eni-a"), DeviceDecision.Decide(replaced with { Offer = withdrawing }));
        Assert.IsNotType<DeviceStep.Withdraw>(DeviceDecision.Decide(replaced with { Offer = withdrawing with { IsGone = true } }));
        // What was left at another place is no replacement.
        var elsewhere = A.Offer(address: "0000:00:07.0", driver: "ena");
        Assert.Equal(
            new DeviceStep.Withdraw(elsewhere.Address),
            DeviceDecision.Decide(replaced with { Offer = new OfferState.Confirmed(elsewhere) })
        );
    }

    [Fact]
    public void A_device_that_a_pod_has_with_its_kernel_driver_is_not_bound()
    {
        var observation = With(DeviceUses.Bound, A.Device());
        Waits(ConditionTypes.Bound, Reasons.DeviceInUse, Used(observation, "intel.com/dpdk_1"));
        Waits(ConditionTypes.Bound, Reasons.DeviceUsageUnknown, observation with { Usage = new DeviceUsage.Unknown("silence") });
    }

    [Fact]
    public void A_bound_device_that_the_journal_does_not_call_bound_is_verified_first()
    {
        Is<DeviceStep.Bind>(BoundByUs() with { Journal = null });
        Is<DeviceStep.Bind>(BoundByUs() with { Journal = Entry(JournalPhase.Binding) });
    }

    [Fact]
    public void Safety_keeps_a_device_from_being_bound() =>
        Refuses(ConditionTypes.Bound, "Because", With(DeviceUses.Bound, A.Device()) with { BindBlocker = Because });

    [Fact]
    public void S7_a_device_whose_interface_is_elsewhere_is_not_bound() =>
        Waits(ConditionTypes.Bound, Reasons.DeviceInUse, With(DeviceUses.Bound, A.Device(interfaceName: null)));

    [Fact]
    public void A_device_on_offer_with_its_kernel_driver_is_withdrawn_before_it_is_bound()
    {
        var observation = With(DeviceUses.Bound, A.Device());
        Is<DeviceStep.Withdraw>(observation with { Offer = new OfferState.Confirmed(A.Offer(driver: "ena")) });
        Waits(ConditionTypes.Bound, "Because", observation with { Offer = new OfferState.Withdrawing(A.Offer(driver: "ena"), Because) });
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
        var observation = With(DeviceUses.Bound, A.BoundDevice(driver: "igb_uio")) with { Journal = Entry(JournalPhase.Bound) };
        Is<DeviceStep.CheckUse>(observation);
        Is<DeviceStep.GiveBack>(observation with { Usage = new DeviceUsage.Free() });
    }

    [Fact]
    public void Without_consent_of_the_administrator_nothing_is_bound_and_nothing_is_unbound()
    {
        Refuses(ConditionTypes.Bound, Reasons.DpdkDisabled, With(DeviceUses.Bound, A.Device()) with { DpdkEnabled = false });
        Is<DeviceStep.Publish>(Unused(BoundByUs()) with { DpdkEnabled = false });
    }

    [Fact]
    public void A_device_that_is_bound_when_claimed_is_advertised_to_claims_only()
    {
        var observation = With(DeviceUses.Advertised, A.Device());
        observation = observation with { Desired = observation.Desired with { IsBoundWhenClaimed = true } };

        Refuses(ConditionTypes.Advertised, Reasons.ClaimsNotServed, observation);
        Is<DeviceStep.Publish>(Unused(observation) with { ServesClaims = true });
    }

    [Fact]
    public void A_driver_that_is_none_of_dpdks_is_refused() =>
        Refuses(
            ConditionTypes.Bound,
            Reasons.InvalidSpec,
            With(DeviceUses.Bound, A.Device()) with
            {
                Desired = Desired(DeviceUses.Bound) with { Driver = "nvme" },
            }
        );

    [Fact]
    public void A_write_that_has_not_returned_is_waited_for() =>
        Waits(ConditionTypes.Bound, Reasons.UnbindTimeout, With(DeviceUses.Bound, A.Device()) with { IsStuck = true });

    [Fact]
    public void When_DPDK_is_no_longer_asked_for_the_device_is_withdrawn_proven_free_and_given_back()
    {
        var observation = BoundByUs() with { Desired = Desired(DeviceUses.Plain) };
        Is<DeviceStep.Withdraw>(observation with { Offer = new OfferState.Confirmed(A.Offer()) });
        Waits(ConditionTypes.Configured, "Because", observation with { Offer = new OfferState.Withdrawing(A.Offer(), Because) });
        Is<DeviceStep.CheckUse>(observation);
        Waits(ConditionTypes.Configured, Reasons.DeviceInUse, observation with { Usage = new DeviceUsage.InUse("pod x/y") });
        Is<DeviceStep.GiveBack>(observation with { Usage = new DeviceUsage.Free() });
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

    [Fact]
    public void An_offer_ends_for_what_speaks_against_it_and_not_for_a_doubt()
    {
        var offered = BoundByUs() with { Offer = new OfferState.Confirmed(A.Offer()) };
        Is<DeviceStep.Nothing>(offered);
        Is<DeviceStep.Withdraw>(offered with { TouchBlocker = Because });
        var doubted = offered with { TouchBlocker = Because with { IsInconclusive = true } };
        Refuses(ConditionTypes.Configured, "Because", doubted);
        Refuses(ConditionTypes.Configured, "Because", doubted with { Offer = new OfferState.NotOffered() });
        Is<DeviceStep.Withdraw>(Deleting(doubted));
    }

    [Theory]
    [InlineData(false, ConditionTypes.Configured)]
    [InlineData(true, ConditionTypes.Released)]
    public void A_device_that_vfio_is_letting_go_is_withdrawn_and_left_alone_and_whoever_holds_it_is_named(bool deleting, string condition)
    {
        var leaving = BoundByUs() with
        {
            Match = new DeviceMatch.Found(A.Device(driver: null, interfaceName: null) with { IsLeavingVfio = true }, IdentityProof.Journal),
        };
        leaving = deleting ? Deleting(leaving) : leaving;
        Is<DeviceStep.Withdraw>(leaving with { Offer = new OfferState.Confirmed(A.Offer()) });
        Is<DeviceStep.CheckUse>(leaving);
        Waits(condition, Reasons.RemovalBlocked, leaving with { Usage = new DeviceUsage.InUse("pod x/y") });
        Waits(condition, Reasons.RemovalBlocked, leaving with { Usage = new DeviceUsage.Free() });
        Waits(condition, Reasons.UnbindTimeout, leaving with { IsStuck = true });
    }

    [Fact]
    public void Deletion_withdraws_waits_proves_gives_back_and_only_then_lets_go()
    {
        var observation = Deleting(BoundByUs());
        Is<DeviceStep.Withdraw>(observation with { Offer = new OfferState.Confirmed(A.Offer()) });
        Waits(ConditionTypes.Released, "Because", observation with { Offer = new OfferState.Withdrawing(A.Offer(), Because) });
        Is<DeviceStep.CheckUse>(observation);
        Waits(ConditionTypes.Released, Reasons.DeviceInUse, observation with { Usage = new DeviceUsage.InUse("pod x/y") });
        Is<DeviceStep.GiveBack>(observation with { Usage = new DeviceUsage.Free() });
        Waits(ConditionTypes.Released, Reasons.DeviceUsageUnknown, observation with { Usage = new DeviceUsage.Unknown("silence") });
        Is<DeviceStep.ReleaseDone>(Unused(Deleting(With(DeviceUses.Bound, A.Device()))));
    }

    [Fact]
    public void Deletion_waits_for_a_write_that_has_not_returned() =>
        Waits(ConditionTypes.Released, Reasons.UnbindTimeout, Deleting(BoundByUs()) with { IsStuck = true });

    [Fact]
    public void Deletion_before_anything_was_done_lets_go_at_once()
    {
        var observation = Unused(Deleting(With(DeviceUses.Bound, A.Device())));
        Is<DeviceStep.ReleaseDone>(observation with { Match = new DeviceMatch.Absent("not yet"), Usage = new DeviceUsage.NotChecked() });
        Is<DeviceStep.ReleaseDone>(observation with { TouchBlocker = Because });
        Is<DeviceStep.Nothing>(observation with { Desired = observation.Desired with { HasFinalizer = false } });
    }

    [Fact]
    public void Deletion_of_an_advertised_ENI_waits_for_the_pods_that_have_it()
    {
        var observation = Deleting(With(DeviceUses.Advertised, A.Device()));
        Is<DeviceStep.CheckUse>(observation);
        Waits(ConditionTypes.Released, Reasons.DeviceInUse, observation with { Usage = new DeviceUsage.InUse("pod x/y") });
        Is<DeviceStep.ReleaseDone>(observation with { Usage = new DeviceUsage.Free() });
    }

    [Theory]
    [InlineData(nameof(IdentityProof.Report))]
    [InlineData(nameof(IdentityProof.Elimination))]
    public void Deletion_of_a_plain_ENI_in_a_pods_namespace_waits_for_its_return(string proof)
    {
        var device = A.Device(interfaceName: null);
        var observation = Deleting(With(DeviceUses.Plain, device)) with { Match = new DeviceMatch.Found(device, Enum.Parse<IdentityProof>(proof)) };
        Is<DeviceStep.CheckUse>(observation);
        Waits(ConditionTypes.Released, Reasons.DeviceInUse, Unused(observation));
    }

    [Fact]
    public void Deletion_waits_while_a_device_without_an_interface_could_be_the_ENIs()
    {
        var observation = Deleting(With(DeviceUses.Plain, A.Device())) with { Match = new DeviceMatch.Absent("late") { MayBeHidden = true } };
        Waits(ConditionTypes.Released, Reasons.WaitingForDevice, observation);
        // So the controller calls it once it knows that it waits for the agent.
        Waits(
            ConditionTypes.Released,
            Reasons.WaitingForDevice,
            observation with
            {
                Desired = observation.Desired with { NetworkState = EniState.Releasing },
            }
        );
        Is<DeviceStep.ReleaseDone>(observation with { Desired = observation.Desired with { NetworkState = EniState.Detaching } });
    }

    [Fact]
    public void Deletion_of_a_plain_ENI_waits_for_a_pod_that_got_it_while_it_was_advertised()
    {
        var observation = Deleting(With(DeviceUses.Plain, A.Device()));
        Is<DeviceStep.CheckUse>(observation);
        Waits(ConditionTypes.Released, Reasons.DeviceInUse, Used(observation, "intel.com/former"));
    }

    [Fact]
    public void Deletion_takes_none_of_several_devices_that_it_could_be() =>
        Waits(
            ConditionTypes.Released,
            Reasons.DeviceAmbiguous,
            Deleting(With(DeviceUses.Advertised, A.Device())) with
            {
                Match = new DeviceMatch.Ambiguous("two show its address"),
            }
        );

    [Fact]
    public void Deletion_of_a_device_without_a_driver_repairs_it_first() =>
        Is<DeviceStep.GiveBack>(
            Deleting(With(DeviceUses.Bound, A.Device(driver: null, interfaceName: null)) with { Journal = Entry(JournalPhase.Driverless) })
        );

    private static DeviceObservation WithLink(DeviceObservation observation, LinkPlan plan, params RoutingRule[] rules) =>
        observation with
        {
            LinkPlan = plan,
            LinkFacts = new LinkFacts
            {
                Table = 21_001,
                Network = A.Host([A.Device()], observation.Link is { } link ? [link] : []).Network with { Rules = rules },
            },
        };

    private static readonly LinkPlan Names = new() { Names = ["eni-a", "nodeeni-data"] };

    private static readonly RoutingRule OurRule = new(4, 21_001, "10.0.1.6/32", 21_001) { Protocol = OwnProtocol.Number };

    [Fact]
    public void A_link_is_named_before_its_device_is_offered()
    {
        var change = Is<DeviceStep.ChangeLink>(WithLink(With(DeviceUses.Advertised, A.Device()), Names));
        Assert.Equal("ens6", change.Name);
        Assert.Equal(2, change.Operations.Count);
    }

    [Fact]
    public void A_link_that_somebody_else_configures_is_not_configured_and_the_condition_says_so()
    {
        var plan = new LinkPlan
        {
            Addresses = new HostAddressPlan { Addresses = ["10.0.1.6"], SubnetCidr = "10.0.1.0/24" },
        };
        Refuses(
            ConditionTypes.Configured,
            Reasons.LinkConfiguredElsewhere,
            WithLink(With(DeviceUses.Plain, A.Device()), plan, new RoutingRule(4, 1536, "10.0.1.6/32", 2))
        );
    }

    [Fact]
    public void A_primary_interface_gets_no_name_and_no_address() =>
        Refuses(ConditionTypes.Configured, Because.Reason, WithLink(With(DeviceUses.Plain, A.Device()), Names) with { TouchBlocker = Because });

    [Fact]
    public void What_is_ours_goes_before_the_device_is_bound_and_before_it_is_let_go()
    {
        var named = A.Link(3, "ens6", A.Mac.ToString()) with { AlternativeNames = ["nodeeni-data"] };
        var bound = WithLink(Unused(With(DeviceUses.Bound, A.Device())) with { Link = named }, LinkPlan.Nothing);
        Assert.Single(Is<DeviceStep.ChangeLink>(bound).Operations);
        var plain = WithLink(Unused(With(DeviceUses.Plain, A.Device())) with { Link = named }, LinkPlan.Nothing, OurRule);
        Assert.Equal(2, Is<DeviceStep.ChangeLink>(Deleting(plain)).Operations.Count);
        Is<DeviceStep.CheckUse>(Deleting(plain) with { Usage = new DeviceUsage.NotChecked() });
        Is<DeviceStep.ReleaseDone>(Deleting(plain) with { TouchBlocker = Because });
    }

    [Fact]
    public void Rules_that_a_link_left_behind_go_when_it_is_in_a_pod_bound_or_gone()
    {
        var inPod = With(DeviceUses.Advertised, A.Device(interfaceName: null)) with
        {
            Match = new DeviceMatch.Found(A.Device(interfaceName: null), IdentityProof.Report),
        };
        foreach (
            var observation in new[]
            {
                inPod,
                BoundByUs(),
                With(DeviceUses.Plain, A.Device()) with
                {
                    Match = new DeviceMatch.Absent("gone"),
                    Link = null,
                },
            }
        )
        {
            Assert.Null(Is<DeviceStep.ChangeLink>(WithLink(observation, LinkPlan.Nothing, OurRule)).Link);
        }
    }
}
