using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Manager.Binding;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Host;
using MultiEni.Manager.Publishing;
using MultiEni.Manager.Safety;
using MultiEni.Manager.Steps;

namespace MultiEni.Manager.Tests.Steps;

/// <summary>
/// The decision about a device in every combination of what it depends on, held against what must
/// never be, and always be, so.
/// </summary>
public sealed class DeviceDecisionInvariantTests
{
    private const string Name = "intel.com/dpdk_1";
    private const string Former = "intel.com/former";
    private static readonly Blocker Because = new("Because", "of this");
    private static readonly Blocker Doubt = Because with { IsInconclusive = true };

    private static readonly DesiredDevice[] Desires =
    [
        .. from use in new[] { DeviceUses.Plain, DeviceUses.Advertised, DeviceUses.Bound }
        from driver in use == DeviceUses.Bound ? new[] { "vfio-pci", "igb_uio", "none" } : [""]
        from resource in new[] { Name, null }
        from state in new[] { EniState.Pending, EniState.Attached, EniState.Releasing, EniState.Detaching }
        from deleting in new[] { false, true }
        from held in new[] { false, true }
        select new DesiredDevice
        {
            Use = use,
            Driver = driver,
            Mtu = 9001,
            Resource = resource is null ? null : ResourceName.Parse(resource),
            ResourceProblem = resource is null ? "bad" : "",
            EniId = "eni-a",
            NetworkState = state,
            Deleting = deleting,
            HasFinalizer = held,
        },
    ];

    private static readonly (DeviceMatch Match, Link? Link)[] Matches =
    [
        (new DeviceMatch.Absent("absent"), null),
        (new DeviceMatch.Absent("late") { MayBeHidden = true }, null),
        (new DeviceMatch.Ambiguous("ambiguous"), null),
        (new DeviceMatch.Mismatch("mismatch"), null),
        (new DeviceMatch.AddressNotFound("not found"), null),
        (new DeviceMatch.Found(A.Device(), IdentityProof.HardwareAddress), A.Link(3, "ens6", A.Mac.ToString())),
        (new DeviceMatch.Found(A.Device(), IdentityProof.HardwareAddress), A.Link(3, "ens6", A.Mac.ToString(), up: false, mtu: 1500)),
        (new DeviceMatch.Found(A.Device(interfaceName: null), IdentityProof.Report), null),
        (new DeviceMatch.Found(A.Device(interfaceName: null), IdentityProof.Elimination), null),
        (new DeviceMatch.Found(A.Device(driver: null, interfaceName: null), IdentityProof.Journal), null),
        (new DeviceMatch.Found(A.Device(driver: null, interfaceName: null) with { IsLeavingVfio = true }, IdentityProof.Journal), null),
        (new DeviceMatch.Found(A.BoundDevice(), IdentityProof.Journal), null),
        (new DeviceMatch.Found(A.BoundDevice(driver: "igb_uio"), IdentityProof.Journal), null),
    ];

    private static readonly JournalEntry?[] Journals =
    [
        null,
        .. from phase in new[] { JournalPhase.Binding, JournalPhase.Bound, JournalPhase.Driverless }
        from resource in new[] { "", Name, Former }
        select new JournalEntry
        {
            EniId = "eni-a",
            PciAddress = "0000:00:06.0",
            Phase = phase,
            ResourceName = resource,
        },
    ];

    private static readonly OfferState[] Offers =
    [
        new OfferState.NotOffered(),
        .. from device in new[] { A.Offer(Name), A.Offer(Former), A.Offer(Name, driver: "ena") }
        from offer in new OfferState[]
        {
            new OfferState.Pending(device, Because),
            new OfferState.Confirmed(device),
            new OfferState.Withdrawing(device, Because),
            new OfferState.Failed(device, Because),
        }
        select offer,
    ];

    private static readonly DeviceUsage[] Usages =
    [
        new DeviceUsage.NotChecked(),
        new DeviceUsage.Free(),
        new DeviceUsage.InUse("pod x/y", Name),
        new DeviceUsage.InUse("pod x/y", Former),
        new DeviceUsage.InUse("a process"),
        new DeviceUsage.Unknown("silence"),
    ];

    private static readonly Func<DeviceObservation, DeviceObservation>[] Circumstances =
    [
        observation => observation,
        observation => observation with { IsStuck = true },
        observation => observation with { TouchBlocker = Because, BindBlocker = Because },
        observation => observation with { TouchBlocker = Doubt, BindBlocker = Doubt },
        observation => observation with { BindBlocker = Because },
        observation => observation with { Publishes = false },
        observation => observation with { DpdkEnabled = false },
        observation => observation with { HeldByClaim = Because },
    ];

    private static IEnumerable<DeviceObservation> All() =>
        from desired in Desires
        from match in Matches
        from journal in Journals
        from offer in Offers
        from usage in Usages
        from circumstance in Circumstances
        select circumstance(
            new DeviceObservation
            {
                Desired = desired,
                Match = match.Match,
                Link = match.Link,
                Journal = journal,
                Offer = offer,
                Usage = usage,
            }
        );

    /// <summary>What must be so, in words.</summary>
    private static readonly (string Invariant, Func<DeviceObservation, DeviceStep, bool> Holds)[] Invariants =
    [
        (
            "a device that is not proven unused is never taken from its driver, given back or let go",
            (observation, step) =>
                step switch
                {
                    DeviceStep.GiveBack give => !give.Device.IsHeldByDpdk || observation.Usage is DeviceUsage.Free,
                    DeviceStep.Bind bind => bind.Device.Driver is null || bind.Device.Driver == bind.Driver || observation.Usage is DeviceUsage.Free,
                    DeviceStep.ReleaseDone => observation.Device?.Driver is null || observation.Usage is DeviceUsage.Free,
                    _ => true,
                }
        ),
        (
            "a device that a claim has is not offered in another way",
            (observation, step) => step is not DeviceStep.Publish || observation is { HeldByClaim: null } or { ServesClaims: true }
        ),
        (
            "a device whose interface is elsewhere, or that could be the one without an interface, is never let go",
            (observation, step) =>
                step is not DeviceStep.ReleaseDone
                || observation switch
                {
                    { Match: DeviceMatch.Absent { MayBeHidden: true } } => !EniState.IsAttached(observation.Desired.NetworkState),
                    { Device: { Driver: not null, IsHeldByDpdk: false } } => observation.Link is not null,
                    _ => true,
                }
        ),
        (
            "a device that pods can still get is never bound, given back, let go or offered in another way",
            (observation, step) =>
                step switch
                {
                    DeviceStep.Bind bind when bind.Device.Driver == bind.Driver => !IsOn(observation.Offer),
                    DeviceStep.Bind or DeviceStep.GiveBack or DeviceStep.ReleaseDone or DeviceStep.Publish => observation.Offer
                        is OfferState.NotOffered,
                    _ => true,
                }
        ),
        (
            "a device is offered when it is free, or held under that very name",
            (observation, step) =>
                step is not DeviceStep.Publish publish
                || observation.Usage is DeviceUsage.Free
                || (observation.Usage as DeviceUsage.InUse)?.Resource == publish.Offer.Resource.ToString()
                || observation.Journal?.ResourceName == publish.Offer.Resource.ToString()
        ),
        (
            "an offer is made, and stands, only for a device that is attached, identified and verified",
            (observation, step) =>
                step is DeviceStep.Withdraw
                || (step is DeviceStep.Publish publish ? publish.Offer : observation.Offer.OnOffer) is not { } offered
                || IsRight(observation, offered)
        ),
        (
            "in doubt nothing is done to a device, and an offer that is right without the doubt stands",
            (observation, step) =>
                observation is not { TouchBlocker: { IsInconclusive: true } doubt, Desired.Deleting: false, Device: not null }
                || step switch
                {
                    DeviceStep.Refuse refuse => refuse.Why == doubt,
                    DeviceStep.Withdraw => DeviceDecision.Decide(observation with { TouchBlocker = null, BindBlocker = null }) == step,
                    _ => observation.Desired.NetworkState != EniState.Attached,
                }
        ),
        (
            "what is waited for has a reason, under a condition that the status shows",
            (observation, step) =>
                step switch
                {
                    DeviceStep.Wait wait => Shows(observation, wait.Condition) && Says(wait.Why),
                    DeviceStep.Refuse refuse => Shows(observation, refuse.Condition) && Says(refuse.Why),
                    _ => true,
                }
        ),
        (
            "nothing is done to a device at which an earlier call has not returned",
            (observation, step) =>
                !observation.IsStuck
                || observation.Device is not { } device
                || step switch
                {
                    DeviceStep.Bind bind => bind.Driver == device.Driver,
                    DeviceStep.GiveBack or DeviceStep.Publish or DeviceStep.ReleaseDone => false,
                    _ => true,
                }
        ),
        (
            "whether a device is used is found out once, and only when nobody can get it any more",
            (observation, step) => step is not DeviceStep.CheckUse || (observation.Usage is DeviceUsage.NotChecked && !IsOn(observation.Offer))
        ),
        (
            "the agent lets go of an attachment that is being deleted, and of no other",
            (observation, step) => step is not DeviceStep.ReleaseDone || observation.Desired is { Deleting: true, HasFinalizer: true }
        ),
    ];

    [Fact]
    public void In_every_combination_the_invariants_hold()
    {
        Cases.Complete([.. Matches.Select(match => match.Match)]);
        Cases.Complete(Offers);
        Cases.Complete(Usages);
        var broken = new Dictionary<string, string>();
        var looked = 0;
        foreach (var observation in All())
        {
            var step = DeviceDecision.Decide(observation);
            looked++;
            foreach (var (invariant, holds) in Invariants)
            {
                if (!holds(observation, step))
                {
                    broken.TryAdd(invariant, $"{step}\n{observation}");
                }
            }
        }

        Assert.Empty(broken);
        Assert.True(looked > 1_000_000, $"{looked} combinations");
    }

    private static bool IsOn(OfferState offer) => offer is OfferState.Pending or OfferState.Confirmed or OfferState.Failed;

    private static bool IsRight(DeviceObservation observation, OfferedDevice offered) =>
        observation
            is { Desired: { Deleting: false, NetworkState: EniState.Attached }, TouchBlocker: null or { IsInconclusive: true }, Publishes: true }
        && observation.Device is { Driver: { } driver } device
        && (offered.Resource, offered.Address, offered.Driver) == (observation.Desired.Resource, device.Address, driver)
        && observation.Desired.Use switch
        {
            DeviceUses.Bound => driver == observation.Desired.Driver && device.IsHeldByDpdk && observation.Journal?.Phase == JournalPhase.Bound,
            DeviceUses.Advertised => !device.IsHeldByDpdk && observation.Journal is null,
            _ => false,
        };

    private static bool Says(Blocker why) => why.Reason.Length > 0 && why.Message.Length > 0;

    private static bool Shows(DeviceObservation observation, string condition) =>
        condition switch
        {
            ConditionTypes.Released => observation.Desired.Deleting,
            ConditionTypes.Bound => observation.Desired.Use == DeviceUses.Bound,
            ConditionTypes.Advertised => observation.Desired.Use != DeviceUses.Plain,
            _ => condition == ConditionTypes.Configured,
        };
}
