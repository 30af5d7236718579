using Microsoft.Extensions.Logging.Abstractions;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.Ec2.Inventory;
using MultiEni.Controller.Ec2.Permissions;
using MultiEni.Controller.Leading;

namespace MultiEni.Controller.Tests.Ec2.Permissions;

public sealed class PermissionCheckTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("weakness", "W5")]
    public async Task Create_is_tried_where_ENIs_are_made_and_the_rest_on_an_ENI_of_ours_each_once_and_nothing_changes()
    {
        await using var world = await Ec2World.StartAsync();
        await using var check = new Running(world);
        check.Places.Raise((world.Subnet, [world.Group]));
        await check.UntilAsync(() => Total(world) == 1, "Create was tried");

        var eni = await world.CreateAsync("a");
        await world.Client.AttachAsync(
            EniId.Parse(eni.EniId, null),
            world.Instance,
            1,
            0,
            AttachmentSettings.Default,
            CallPriority.AttachUnready,
            Ct
        );
        world.Time.Advance(TimeSpan.FromSeconds(30));
        await check.Inventory.SweepAsync(Ct);
        check.Inventory.Changes.Raise("a");
        // The attachment above is one call too.
        await check.UntilAsync(() => Calls(world, OnOurEnis) == 1 + 4, "the four others were tried");
        check.Places.Raise((world.Subnet, [world.Group]));
        check.Inventory.Changes.Raise("a");
        world.Time.Advance(TimeSpan.FromHours(2));

        Assert.Empty(check.Ledger.Denied);
        Assert.Equal(2, world.Simulator.Counters.Snapshot().Mutating);
        Assert.Equal(1 + 4, Calls(world, OnOurEnis));
        Assert.Equal(1 + 1, Calls(world, Ec2Actions.CreateNetworkInterface));
        var row = world.Simulator.World.FindNetworkInterface(eni.EniId)!;
        Assert.NotNull(row.Attachment);
        Assert.True(row.SourceDestCheck);
    }

    [Fact]
    public async Task A_missing_permission_is_found_before_it_is_needed_and_looked_for_again_while_it_is_missing()
    {
        await using var world = await Ec2World.StartAsync();
        world.Simulator.Faults.Deny(Ec2Actions.CreateNetworkInterface);
        await using var check = new Running(world);
        check.Places.Raise((world.Subnet, [world.Group]));
        await check.UntilAsync(() => check.Ledger.Denied.Count == 1, "the missing permission is on record");

        world.Simulator.Faults.Allow(Ec2Actions.CreateNetworkInterface);
        await check.UntilAsync(
            () =>
            {
                world.Time.Advance(TimeSpan.FromMinutes(31));
                return check.Ledger.Denied.Count == 0;
            },
            "the permission was found to be granted"
        );
    }

    private static readonly string[] OnOurEnis =
    [
        Ec2Actions.AttachNetworkInterface,
        Ec2Actions.ModifyNetworkInterfaceAttribute,
        Ec2Actions.DetachNetworkInterface,
        Ec2Actions.DeleteNetworkInterface,
    ];

    private static int Calls(Ec2World world, params string[] actions) => actions.Sum(action => world.Simulator.Counters.Snapshot()[action].Total);

    private static int Total(Ec2World world) => world.Simulator.Counters.Snapshot().Total;

    private sealed class Running : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly IDisposable _answers;
        private readonly Task _running;

        public Running(Ec2World world)
        {
            _answers = world.Client.Answers.Subscribe(Ledger.Answered);
            Inventory = world.NewInventory();
            var check = new PermissionCheck(world.Client, Inventory, Places, Ledger, Rows.Cluster, world.Time, NullLogger.Instance);
            _running = check.RunAsync(_stop.Token);
        }

        public PermissionLedger Ledger { get; } = new();

        public EniInventory Inventory { get; }

        public Signal<(string SubnetId, IReadOnlyList<string> SecurityGroupIds)> Places { get; } = new();

        public async Task UntilAsync(Func<bool> condition, string what)
        {
            var began = TimeProvider.System.GetTimestamp();
            while (!condition())
            {
                Assert.False(_running.IsFaulted, _running.Exception?.ToString());
                Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(30), $"waited in vain until {what}");
                await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, Ct);
            }
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _running.ContinueWith(_ => { }, TaskScheduler.Default);
            _answers.Dispose();
            Inventory.Dispose();
            _stop.Dispose();
        }
    }
}
