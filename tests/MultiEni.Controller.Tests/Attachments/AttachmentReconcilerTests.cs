using MultiEni.Controller.Attachments;
using MultiEni.Controller.Attachments.Concurrency;
using MultiEni.Controller.Ec2.Inventory;
using MultiEni.Controller.Networks;
using MultiEni.Controller.Telemetry;
using MultiEni.Controller.Tests.Ec2;
using MultiEni.Operator.Queues;

namespace MultiEni.Controller.Tests.Attachments;

public sealed class AttachmentReconcilerTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(EniSteps.Names), MemberType = typeof(EniSteps))]
    public async Task Every_step_is_carried_out(string name)
    {
        await using var world = await AttachmentWorld.StartAsync();
        world.Ec2.BeforeMutation = () => throw new SentException();
        using var parts = new Parts(world);
        var row = A.Row("eni-0123456789abcdef0", A.Attached() with { AttachmentId = "eni-attach-0123456789abcdef0" });
        var step = EniSteps.Sample(name, row);
        var pass = new ReconcilePass();
        await parts.Inventory.FirstSweepAsync(Ct);
        var taking = parts.Reconciler.TakeAsync(parts.Observation(row), step, pass, Ct);

        switch (step)
        {
            case EniStep.Adopt or EniStep.AdoptLaunched or EniStep.Take:
                // EC2 is asked together with others first, and what it does not show is not
                // adopted: look again.
                world.Ec2.Time.Advance(TimeSpan.FromSeconds(1));
                Assert.Null(await taking);
                break;
            case EniStep.Call:
                await Assert.ThrowsAsync<SentException>(() => taking);
                break;
            case EniStep.Rest:
                Assert.NotNull(await taking);
                break;
            default:
                Assert.Null(await taking);
                Assert.Equal(step is EniStep.ReadIndexes, pass.WithIndexes);
                break;
        }
    }

    [Fact]
    public async Task An_index_that_another_ENI_of_the_node_reserved_in_between_costs_no_call()
    {
        await using var world = await AttachmentWorld.StartAsync();
        world.Ec2.BeforeMutation = () => throw new SentException();
        using var parts = new Parts(world);
        var spec = world.View.Attachment(world.Name)!.Spec!;
        Assert.True(parts.Reservations.TryReserve(spec.InstanceId, spec.NetworkCardIndex, 2, "another"));

        Assert.Null(await parts.Reconciler.TakeAsync(parts.Observation(null), new EniStep.Create(1, 2), new ReconcilePass(), Ct));
        await Assert.ThrowsAsync<SentException>(() =>
            parts.Reconciler.TakeAsync(parts.Observation(null), new EniStep.Create(1, 3), new ReconcilePass(), Ct)
        );
        Assert.False(parts.Reservations.TryReserve(spec.InstanceId, spec.NetworkCardIndex, 3, "another"));
    }

    [Fact]
    public async Task A_create_that_named_an_ENI_which_is_gone_is_not_repeated_with_its_token()
    {
        await using var world = await AttachmentWorld.StartAsync();
        using var parts = new Parts(world);

        var result = await parts.Reconciler.TakeAsync(
            parts.Observation(null),
            new EniStep.Create(1, 2),
            new ReconcilePass { AnsweredAttempt = 1 },
            Ct
        );

        Assert.Equal(ReconcileResult.After(TimeSpan.FromSeconds(2)), result);
        Assert.Equal(2, world.View.Attachment(world.Name)!.Status!.Network!.Attempt);
    }

    [Fact]
    public async Task While_one_attachment_is_about_to_take_an_ENI_another_one_does_not_attach_it()
    {
        await using var world = await AttachmentWorld.StartAsync();
        world.Ec2.BeforeMutation = () => throw new SentException();
        using var parts = new Parts(world);
        await parts.Inventory.FirstSweepAsync(Ct);
        var row = A.Row("eni-0123456789abcdef0");
        var mine = parts.Observation(row);
        var other = mine with { Attachment = mine.Attachment with { Metadata = mine.Attachment.Metadata with { Name = "other" } } };

        var taking = parts.Reconciler.TakeAsync(other, new EniStep.Take(row, 1, 3), new ReconcilePass(), Ct);
        Assert.False(taking.IsCompleted);
        Assert.Equal(
            ReconcileResult.After(TimeSpan.FromSeconds(2)),
            await parts.Reconciler.TakeAsync(mine, new EniStep.Attach(row, 2), new ReconcilePass(), Ct)
        );

        world.Ec2.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(await taking);
        await Assert.ThrowsAsync<SentException>(() => parts.Reconciler.TakeAsync(mine, new EniStep.Attach(row, 2), new ReconcilePass(), Ct));
    }

    [Fact]
    public async Task An_ENI_that_is_another_slots_by_now_is_not_attached()
    {
        await using var world = await AttachmentWorld.StartAsync();
        using var parts = new Parts(world);
        var row = await world.Ec2.CreateAsync("taker");
        world.Ec2.BeforeMutation = () => throw new SentException();
        await parts.Inventory.FirstSweepAsync(Ct);
        var formerly = row with { Tags = new Dictionary<string, string>(row.Tags) { [MultiEni.Controller.Ec2.EniTags.Slot] = world.Name } };

        Assert.Null(await parts.Reconciler.TakeAsync(parts.Observation(formerly), new EniStep.Attach(formerly, 2), new ReconcilePass(), Ct));
        await Assert.ThrowsAsync<SentException>(() =>
            parts.Reconciler.TakeAsync(parts.Observation(row), new EniStep.Attach(row, 2), new ReconcilePass(), Ct)
        );
    }

    private sealed class SentException : Exception;

    /// <summary>A reconciler and what it is made of.</summary>
    private sealed class Parts : IDisposable
    {
        private readonly AttachmentWorld _world;
        private readonly InstanceStates _instances;
        private readonly System.Diagnostics.Metrics.Meter _meter = new("test");

        public Parts(AttachmentWorld world)
        {
            _world = world;
            var (view, writer, time) = (world.View, world.Writer, world.Ec2.Time);
            Inventory = world.Ec2.NewInventory();
            Reservations = new(time);
            _instances = new(world.Ec2.Client, time);
            var limits = new ConcurrencyLimits(cleanups: 1, _ => { });
            var cooldowns = new CreateCooldowns(time);
            var backoff = new StepBackoff(time);
            var metrics = new ControllerMetrics(_meter, () => 0, () => 0, () => false, () => 0, () => [], () => []);
            ElasticIps = new(world.Ec2.Client, time);
            var pods = new PodAddressPlanner(view, Inventory, world.Catalog, cooldowns, _ => 30, world.PodAddresses, time);
            var observer = new AttachmentObserver(
                view,
                Inventory,
                _instances,
                Reservations,
                _ => null,
                pods,
                (_, _) => false,
                new EniTimeLimits(),
                time
            );
            var operations = new EniOperations(world.Ec2.Client, Rows.Cluster, world.PodAddresses);
            Reconciler = new(
                view,
                Inventory,
                observer,
                new CallExecutor(operations, Inventory, observer, writer, Reservations, cooldowns, limits, backoff, metrics, time),
                new RestExecutor(Inventory, writer, limits),
                new FailureHandler(Inventory, writer, world.PodAddresses, Reservations, cooldowns, backoff, world.Catalog, ElasticIps, metrics),
                backoff,
                writer,
                limits
            );
        }

        public EniInventory Inventory { get; }

        public IndexReservations Reservations { get; }

        public ElasticIpCatalog ElasticIps { get; }

        public AttachmentReconciler Reconciler { get; }

        public EniObservation Observation(MultiEni.Controller.Ec2.EniRow? row) =>
            new(
                _world.View.Attachment(_world.Name)!,
                row is null ? new SlotObservation.Absent() : new SlotObservation.Present([row]),
                null,
                new HashSet<int> { 0 },
                8,
                InstanceGone: false,
                null,
                null,
                _world.Ec2.Time.GetUtcNow(),
                new EniTimeLimits()
            );

        public void Dispose()
        {
            _instances.Dispose();
            Inventory.Dispose();
            _meter.Dispose();
        }
    }
}
