using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;

namespace MultiEni.VirtualMachine.Tests;

/// <summary>
/// A bound card is taken away while a program has it open. The kernel then waits for that program,
/// with the lock of the card in its hand.
/// </summary>
public abstract class RemovalStories(NodeFixture node) : SetupStories(node)
{
    private const int Slot = 5;
    private const int OtherSlot = 7;
    private const string Mac = "52:54:00:00:05:09";
    private const string OtherMac = "52:54:00:00:07:09";
    private const string Resource = "intel.com/torn";
    private static readonly string Address = NodeFixture.Address(Slot);
    private static readonly string OtherAddress = NodeFixture.Address(OtherSlot);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_card_that_is_taken_away_while_a_program_holds_it_is_reported_and_stops_nothing_else()
    {
        await Guest.BeginAsync("torn");
        var cards = Guest.Node.Machine.Monitor;
        await cards.PlugAsync(Slot, Mac, Stop);
        // The kernel takes no further card while it waits, so the other one is there before.
        await cards.PlugAsync(OtherSlot, OtherMac, Stop);
        Guest.Node.Cluster.Attach("torn", Mac, Bound(Resource));
        await Guest.BoundAsync("torn");
        await Guest.InterfaceAsync(OtherMac);

        await using (var holder = await Holder.StartAsync(Guest, Address))
        {
            await cards.UnplugAsync(Slot, Stop);
            var held = await HeldAsync(ConditionTypes.Configured);
            Assert.Contains($"{Address} is in use: python3", held, StringComparison.Ordinal);
            Assert.True(Guest.Node.Cluster.Find("torn")!.Status is { Device.Advertised: false });
            await Guest.Node.AwaitAsync(() => Task.FromResult(Guest.Node.Plugin.Served?.ContainsKey(Resource) == false), "the offer to end", Stop);

            Guest.Node.Cluster.Attach("beside", OtherMac, Bound("intel.com/beside"));
            await Guest.BoundAsync("beside");
            Assert.Equal("vfio-pci", await Guest.DriverAsync(OtherAddress));

            // Neither does it stay in the kernel itself: it ends when it is told to, and its
            // successor knows as much.
            Assert.Equal(0, await Guest.Node.Manager!.StopAsync(Stop));
            await Guest.Node.StartManagerAsync(Stop);
            await Guest.ReleaseAsync("beside");
            Assert.Equal("e1000e", await Guest.DriverAsync(OtherAddress));
            await HeldAsync(ConditionTypes.Configured);
            Assert.True(holder.Runs);
            await holder.StopAsync();
        }

        await Guest.GoneAsync(Slot);
        await Guest.Node.AwaitAsync(
            "torn",
            enia => enia.Status?.Conditions.Find(ConditionTypes.Configured) is { Reason: Reasons.WaitingForDevice },
            "seen to be gone",
            Stop
        );

        await cards.PlugAsync(Slot, Mac, Stop);
        await Guest.BoundAsync("torn");
        await using (var holder = await Holder.StartAsync(Guest, Address))
        {
            await cards.UnplugAsync(Slot, Stop);
            await HeldAsync(ConditionTypes.Configured);
            Guest.Node.Cluster.Delete("torn");
            await HeldAsync(ConditionTypes.Released);
            Assert.True(holder.Runs);
            await holder.StopAsync();
        }

        await Guest.ReleasedAsync("torn");
        await Guest.GoneAsync(Slot);
        Assert.DoesNotContain(Address, await File.ReadAllTextAsync(Guest.Node.Journal, Stop), StringComparison.Ordinal);
        await Guest.UnplugAsync(OtherSlot);
    }

    private async Task<string> HeldAsync(string condition)
    {
        var held = await Guest.Node.AwaitAsync(
            "torn",
            enia => enia.Status?.Conditions.Find(condition) is { Reason: Reasons.RemovalBlocked },
            $"{condition} to say that its card is held while the kernel takes it away",
            Stop
        );
        return held.Status!.Conditions.Find(condition)!.Message;
    }

    private static DeviceSpec Bound(string resource) =>
        new()
        {
            Use = DeviceUses.Bound,
            Driver = "vfio-pci",
            ResourceName = resource,
        };
}
