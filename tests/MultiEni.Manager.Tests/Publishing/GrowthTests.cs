using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using MultiEni.Manager.Agent;
using MultiEni.Manager.Host;
using MultiEni.Manager.Publishing;
using MultiEni.Manager.Publishing.Embedded;
using MultiEni.Manager.Telemetry;
using MultiEni.Manager.Tests.Publishing.Embedded;

namespace MultiEni.Manager.Tests.Publishing;

/// <summary>
/// Weeks on a node whose ENIs, addresses and resource names change every hour: what is remembered
/// is what there is, and no more.
/// </summary>
public sealed class GrowthTests
{
    private const int Hours = 4 * 7 * 24;
    private static readonly Dictionary<string, string> Nothing = [];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_file_and_its_record_do_not_grow()
    {
        using var folder = new TemporaryFolder();
        using var meter = new Meter("test");
        var metrics = new ManagerMetrics(meter, "node-1", () => []);
        var time = new FakeTimeProvider();
        using var publisher = new FileDevicePublisher(folder.File("config.json"), null, () => { }, () => { }, metrics, time, NullLogger.Instance);
        await publisher.StartAsync(A.Boot, Stop);
        var sizes = new List<long>();
        for (var hour = 0; hour < Hours; hour += 6)
        {
            var device = A.Offer($"intel.com/name_{hour:d4}", Address(hour).ToString());
            await publisher.OfferAsync(device, Stop);
            await publisher.PluginReadAsync(publisher.RestartDueSince!.Value, Stop);
            await publisher.WithdrawAsync(device.Address, Stop);
            await publisher.PluginReadAsync(publisher.RestartDueSince!.Value, Stop);
            Assert.True(await publisher.ConfirmAsync(Nothing, Stop));
            Assert.Empty(publisher.Withdrawn);
            sizes.Add(Directory.GetFiles(folder.Path).Sum(file => new FileInfo(file).Length));
            time.Advance(TimeSpan.FromHours(6));
        }

        Assert.Single(sizes.Distinct());
    }

    [Fact]
    public async Task Plugins_of_former_names_end_with_their_sockets()
    {
        await using var bench = await EmbeddedBench.StartAsync();
        var device = await bench.PlugAsync(1);
        var most = 0;
        for (var hour = 0; hour < 100; hour++)
        {
            var offer = device with { Resource = ResourceName.Parse($"intel.com/name_{hour}") };
            await bench.Publisher.OfferAsync(offer, Stop);
            await bench.Publisher.WithdrawAsync(offer.Address, Stop);
            await EmbeddedBench.Until(() => bench.StateOf(offer, 0) is OfferState.NotOffered, "the withdrawal");
            Assert.True(await bench.Publisher.ConfirmAsync(Nothing, Stop));
            bench.Clock.Advance(TimeSpan.FromHours(1));
            await bench.Publisher.ConfirmAsync(Nothing, Stop);
            most = Math.Max(most, Sockets(bench));
        }

        Assert.InRange(most, 0, 2);
        Assert.Equal(0, Sockets(bench));

        // A name that comes back is served anew.
        await bench.OfferAsync(device with { Resource = ResourceName.Parse("intel.com/name_0") });
    }

    [Fact]
    public async Task A_name_that_is_only_left_for_a_moment_stays_served()
    {
        await using var bench = await EmbeddedBench.StartAsync();
        var device = await bench.PlugAsync(1);
        await bench.OfferAsync(device);
        await bench.Publisher.WithdrawAsync(device.Address, Stop);
        await bench.Publisher.ConfirmAsync(Nothing, Stop);
        bench.Clock.Advance(TimeSpan.FromMinutes(9));
        await bench.Publisher.ConfirmAsync(Nothing, Stop);
        await bench.OfferAsync(device);
        bench.Clock.Advance(TimeSpan.FromMinutes(9));
        await bench.Publisher.ConfirmAsync(Nothing, Stop);
        Assert.Single(bench.Kubelet.Registrations);
    }

    [Fact]
    public void Handouts_are_remembered_for_a_moment_only()
    {
        var time = new FakeTimeProvider();
        var handouts = new RecentAllocations(time);
        for (var hour = 0; hour < Hours; hour++)
        {
            handouts.Note(Address(hour));
            Assert.True(handouts.IsFresh(Address(hour)));
            Assert.Equal(1, handouts.Count);
            time.Advance(TimeSpan.FromHours(1));
        }
    }

    [Fact]
    public void Owners_of_offers_are_forgotten_with_their_attachments()
    {
        var owners = new OfferOwners();
        for (var hour = 0; hour < Hours; hour++)
        {
            var name = $"attachment-{hour}";
            owners.Set(Address(hour), name);
            owners.Prune(owner => owner == name);
            Assert.Equal((1, name), (owners.Count, owners.Of(Address(hour))));
        }
    }

    private static PciAddress Address(int number) => PciAddress.Parse($"0000:{number / 32 % 256:x2}:{number % 32:x2}.0");

    private static int Sockets(EmbeddedBench bench) => Directory.GetFiles(bench.Kubelet.PluginFolder, "eni-*.sock").Length;
}
