using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using MultiEni.Api;
using MultiEni.Manager.Pods;
using MultiEni.Manager.Publishing;
using MultiEni.Manager.Settings;
using MultiEni.Manager.Telemetry;
using MultiEni.Operator.Client;

namespace MultiEni.Manager.Tests.Publishing;

public sealed class DevicePluginRestarterTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_the_node_counts_says_nothing_before_the_old_plugin_has_ended()
    {
        using var folder = new TemporaryFolder();
        using var meter = new Meter("test");
        var metrics = new ManagerMetrics(meter, "node-1", () => []);
        var time = new FakeTimeProvider();
        using var publisher = new FileDevicePublisher(folder.File("config.json"), null, () => { }, () => { }, metrics, time, NullLogger.Instance);
        await publisher.StartAsync(A.Boot, Stop);
        await publisher.OfferAsync(A.Offer(), Stop);
        await publisher.PluginReadAsync(publisher.RestartDueSince!.Value, Stop);

        // One device for another: the node counts one before, and one after.
        await publisher.WithdrawAsync(A.Address, Stop);
        await publisher.OfferAsync(A.Offer(address: "0000:00:07.0"), Stop);
        var one = new Dictionary<string, string>(StringComparer.Ordinal) { ["intel.com/dpdk_1"] = "1" };
        var api = new PluginApi();
        var pods = new NodePods(new KubernetesClient(new HttpClient(api) { BaseAddress = new Uri("http://api/") }, time), "node-1");
        var settings = new ManagerSettings
        {
            Kubernetes = null!,
            NodeName = "node-1",
            DevicePluginNamespaces = ["kube-system"],
            DevicePluginLabels = [new PodLabel("app", "sriovdp")],
        };
        using var wake = new WakeSignal();
        var restarter = new DevicePluginRestarter(publisher, wake, pods, settings, () => { }, metrics, time, NullLogger.Instance);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var running = restarter.RunAsync(ended.Token);

        // Longer than one attempt waits.
        await PassAsync(time, () => api.Looks > 30);
        Assert.Equal(["old"], api.Deleted);
        Assert.IsType<OfferState.Withdrawing>(publisher.StateOf(A.Address, one));
        Assert.Equal(Reasons.Publishing, Assert.IsType<OfferState.Pending>(publisher.StateOf(A.OtherAddress, one)).Why.Reason);

        api.Uid = "new";
        await PassAsync(time, () => publisher.RestartDueSince is null);
        Assert.IsType<OfferState.NotOffered>(publisher.StateOf(A.Address, one));
        Assert.IsType<OfferState.Confirmed>(publisher.StateOf(A.OtherAddress, one));
        Assert.Equal(["old"], api.Deleted);
        await ended.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    private static Task PassAsync(FakeTimeProvider time, Func<bool> condition) =>
        Eventually.Holds(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                return condition();
            },
            "the restarter"
        );

    /// <summary>
    /// One plugin pod, which stays there with its deletion timestamp until another has its place.
    /// </summary>
    private sealed class PluginApi : HttpMessageHandler
    {
        private int _looks;

        public string Uid { get; set; } = "old";

        public int Looks => Volatile.Read(ref _looks);

        public ConcurrentQueue<string> Deleted { get; } = new();

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var isDeleted = Deleted.Contains(Uid);
            if (request.Method == HttpMethod.Delete)
            {
                Deleted.Enqueue(Uid);
            }
            else if (isDeleted)
            {
                Interlocked.Increment(ref _looks);
            }

            var deletion = isDeleted ? ",\"deletionTimestamp\":\"2000-01-01T00:00:00Z\"" : "";
            // Both were created by an API server whose clock is behind the node's.
            var pod = $$$"""
                {"metadata":{"name":"sriovdp-{{{Uid}}}","namespace":"kube-system","uid":"{{{Uid}}}","labels":{"app":"sriovdp"},"creationTimestamp":"1999-01-01T00:00:00Z"{{{deletion}}}}}
                """;
            return Task.FromResult(
                new HttpResponseMessage(HttpStatusCode.OK)
                {
                    Content = new StringContent(request.Method == HttpMethod.Delete ? pod : $$"""{"items":[{{pod}}]}"""),
                }
            );
        }
    }
}
