using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging.Abstractions;
using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Manager.Agent;
using MultiEni.Manager.Binding;
using MultiEni.Manager.Claims;
using MultiEni.Manager.Claims.Preparation;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Host;
using MultiEni.Manager.Links;
using MultiEni.Manager.Publishing;
using MultiEni.Manager.Publishing.Embedded;
using MultiEni.Manager.Safety;
using MultiEni.Manager.Settings;
using MultiEni.Manager.Setup;
using MultiEni.Manager.Steps;
using MultiEni.Manager.Telemetry;
using MultiEni.Manager.Tests.Binding;

namespace MultiEni.Manager.Tests.Steps;

/// <summary>
/// The compiler does not tell when a switch leaves out a case of a closed type; here each case goes
/// through each switch.
/// </summary>
public sealed class ClosedCaseTests
{
    private static readonly Blocker Because = new("Because", "of this");

    private static readonly IReadOnlyList<DeviceStep> Steps = Cases.Complete<DeviceStep>([
        new DeviceStep.Nothing(),
        new DeviceStep.Wait(ConditionTypes.Bound, Because),
        new DeviceStep.Refuse(ConditionTypes.Bound, Because),
        new DeviceStep.LinkUp(999, "ens9"),
        new DeviceStep.SetMtu(999, "ens9", 9001),
        new DeviceStep.ChangeLink(A.Link(999, "ens9", A.Mac.ToString()), [new LinkOperation.Add(new NetworkItem.AlternativeName(999, "x"))]),
        new DeviceStep.Bind(A.Device(), "vfio-pci"),
        new DeviceStep.GiveBack(A.BoundDevice(), ConditionTypes.Configured),
        new DeviceStep.Publish(A.Offer()),
        new DeviceStep.Withdraw(A.Address),
        new DeviceStep.CheckUse(A.Device()),
        new DeviceStep.ReleaseDone("done"),
    ]);

    public static TheoryData<Type> ClosedTypes =>
        [
            typeof(DeviceStep),
            typeof(LinkOperation),
            typeof(NetworkItem),
            typeof(DeviceMatch),
            typeof(DeviceUsage),
            typeof(DeviceTarget),
            typeof(OfferState),
            typeof(ChangeOutcome),
            typeof(DeviceCheck),
            typeof(PluginSight),
            typeof(PluginFileResult),
            typeof(SetupStep),
            typeof(ModuleLoad),
        ];

    [Theory]
    [MemberData(nameof(ClosedTypes))]
    public void A_closed_type_takes_no_case_from_elsewhere(Type closed)
    {
        Assert.True(closed.IsAbstract);
        Assert.All(Cases.Of(closed), type => Assert.True(type.IsSealed));
        Assert.Equal(
            Cases.Of(closed).Select(type => type.Name).Order(StringComparer.Ordinal),
            closed.Assembly.GetTypes().Where(type => type.IsSubclassOf(closed)).Select(type => type.Name).Order(StringComparer.Ordinal)
        );
        Assert.All(
            closed.GetConstructors(
                System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Public
            ),
            // A record's copy constructor is the compiler's.
            constructor => Assert.True(constructor.IsPrivate || constructor.GetParameters().Any(parameter => parameter.ParameterType == closed))
        );
    }

    [Fact]
    public void A_report_can_be_made_and_timed_at_each_step()
    {
        foreach (var step in Steps)
        {
            foreach (var isBeingDeleted in new[] { false, true })
            {
                var attachment = new EniAttachment
                {
                    Metadata = new ObjectMeta { Name = "a", DeletionTimestamp = isBeingDeleted ? DateTimeOffset.UnixEpoch : null },
                };
                var observation = new DeviceObservation
                {
                    Desired = new DesiredDevice { Use = DeviceUses.Bound, Deleting = isBeingDeleted },
                    Match = new DeviceMatch.Found(A.Device(), IdentityProof.HardwareAddress),
                };

                var status = StatusReport.Build(attachment, observation, step, null, A.Boot, DateTimeOffset.UnixEpoch);
                ReportWriteDelay.Of(attachment, step, status);

                Assert.NotNull(status.Conditions.Find(ConditionTypes.Bound));
            }
        }
    }

    [Fact]
    public async Task Each_step_that_changes_something_is_carried_out_and_no_other_is()
    {
        await using var bench = await BindingBench.StartAsync();
        var parts = bench.Agent();
        using var meter = new Meter("test");
        var metrics = new ManagerMetrics(meter, "node-1", () => []);
        using var gate = new DeviceChangeGate(bench.JournalPath + ".lock");
        await using var turns = new ClaimTurns(TimeSpan.FromSeconds(1), TimeProvider.System);
        var actions = new DeviceActions(
            bench.Wire,
            new ManagerSettings { Kubernetes = null!, NodeName = "node-1" },
            parts.Journal,
            parts.Bind,
            parts.GiveBack,
            new LinkChanger(
                bench.Wire,
                new LinkRecord(bench.JournalPath + ".links", before: null),
                new NameRefusals(TimeSpan.FromSeconds(1), TimeProvider.System)
            ),
            gate,
            new ClaimHolds(new PreparedClaims(bench.JournalPath + ".claims", before: null), turns),
            new NoPublisher(),
            metrics,
            TimeProvider.System,
            NullLogger.Instance
        );
        var context = new StepContext(
            "a",
            new DeviceObservation { Desired = new DesiredDevice(), Match = new DeviceMatch.Absent("") },
            new DeviceClaim { Attachment = "a", EniId = "eni-a" },
            bench.Node.BootId
        );
        foreach (var step in Steps)
        {
            if (step.Kind is StepKind.Settled or StepKind.Probe or StepKind.Release)
            {
                await Assert.ThrowsAsync<InvalidOperationException>(() => actions.TakeAsync(step, context, TestContext.Current.CancellationToken));
            }
            else
            {
                Assert.NotNull(await actions.TakeAsync(step, context, TestContext.Current.CancellationToken));
            }
        }
    }

    [Fact]
    public void Each_sight_of_the_device_plugin_has_its_words()
    {
        foreach (
            var plugin in Cases.Complete<PluginSight>([
                new PluginSight.Present(),
                new PluginSight.Missing(),
                new PluginSight.ReadsElsewhere("pod x/y reads nothing"),
            ])
        )
        {
            var state = AdvertisementStatus.Offered(A.Offer(), [A.Offer()], restartDue: true, plugin, null);
            Assert.NotNull(state.OnOffer);
        }
    }

    [Fact]
    public void Each_way_in_which_a_module_is_not_loaded_has_its_words()
    {
        var loads = Cases.Complete<ModuleLoad>([
            new ModuleLoad.Done(),
            new ModuleLoad.Failed("Operation not permitted"),
            new ModuleLoad.NoModules("/lib/modules/6.1"),
            new ModuleLoad.NoTool(),
            new ModuleLoad.TooSlow(TimeSpan.FromSeconds(1)),
        ]);
        Assert.All(loads, load => Assert.NotEmpty(ModuleFailure.Explain("vfio-pci", load, new SetupFacts()).Message));
    }

    [Fact]
    public void Unreachable_is_what_a_switch_answers_to_a_case_that_it_does_not_know() =>
        Assert.Throws<UnreachableException>(() =>
            DeviceDecision.Decide(
                new DeviceObservation
                {
                    Desired = new DesiredDevice { NetworkState = EniState.Attached },
                    Match = null!,
                }
            )
        );
}
