using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Publishing;
using MultiEni.Manager.Settings;
using MultiEni.Manager.Telemetry;
using MultiEni.Manager.Tests.Publishing.Embedded;
using MultiEni.Operator.Hosting;

namespace MultiEni.Manager.Tests.Publishing;

public sealed class NodePublishingTests
{
    [Fact]
    public async Task When_one_of_its_loops_fails_the_program_ends_though_the_other_goes_on()
    {
        using var folder = new TemporaryFolder();
        await using var bench = await EmbeddedBench.StartAsync();
        using var meter = new Meter("test");
        var metrics = new ManagerMetrics(meter, "node-1", () => []);
        var time = new FakeTimeProvider();
        Exception error = new IOException("No space left on device", 28);
        var settings = new ManagerSettings
        {
            Kubernetes = null!,
            NodeName = "node-1",
            DevicePublisher = PublisherChoice.Embedded,
            DevicePluginFile = folder.File("config.json"),
            DevicePluginsPath = folder.Path,
            BeforeEachWrite = _ => throw error,
        };
        await using var publishing = new NodePublishing(
            settings,
            bench.Host,
            () => { },
            metrics,
            NullLoggerFactory.Instance,
            time,
            NullLogger.Instance,
            claims: null,
            new EniNetworks()
        );
        await publishing.File.OfferAsync(A.Offer(), EmbeddedBench.Stop);
        error = new InvalidOperationException("a bug");

        await using var background = new BackgroundTasks(EmbeddedBench.Stop);
        publishing.Begin(background);
        var running = background.RunAsync(token => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token));
        await Eventually.Holds(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                return running.IsCompleted;
            },
            "the end of the program"
        );
        Assert.Same(error, await Assert.ThrowsAsync<InvalidOperationException>(() => running));
    }
}
