using System.Net;
using Microsoft.Extensions.Time.Testing;
using MultiEni.Manager.Agent;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Host;
using MultiEni.Manager.Kubelet.PodResources;
using MultiEni.Manager.Kubelet.Wire;
using MultiEni.Manager.Pods;
using MultiEni.Manager.Publishing.Embedded;
using MultiEni.Manager.Steps;
using MultiEni.Manager.Tests.Publishing.Embedded;
using MultiEni.Operator.Client;
using MultiEni.Simulator.Nodes.Kubelets;

namespace MultiEni.Manager.Tests.Agent;

public sealed class UsageProbeTests
{
    private const string Resource = "intel.com/dpdk_1";
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public async Task A_device_is_in_use_from_the_moment_at_which_it_is_given_and_then_as_long_as_the_kubelet_says_so()
    {
        await using var bench = await EmbeddedBench.StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri("http://127.0.0.1:1/") };
        var handouts = new RecentAllocations(_clock);
        var kubelet = new PodResourcesClient(new GrpcClient(bench.Kubelet.PodResourcesSocket, TimeSpan.FromSeconds(30), TimeProvider.System));
        var pods = new NodePods(new KubernetesClient(http, _clock), "node-1");
        var finished = new FinishedPods(pods, allowed: true, _clock);
        var probe = new UsageProbe(bench.Host.Files, new DevicePluginUse(kubelet, finished), handouts, pods, finished, _ => null, _ => []);
        var device = (await new HostReader(bench.Host).ReadDeviceAsync((await bench.PlugAsync(1)).Address, EmbeddedBench.Stop))!;
        Task<DeviceUsage> LookAsync() => probe.LookAsync(device, EmbeddedBench.Stop);

        Assert.IsType<DeviceUsage.Free>(await LookAsync());
        handouts.Note(device.Address);
        Assert.Contains("just now", Assert.IsType<DeviceUsage.InUse>(await LookAsync()).Message, StringComparison.Ordinal);

        // The kubelet names the pod, under whatever resource and however long ago.
        bench.Kubelet.PodDevices = () =>
            [new KubeletPodDevices("team", "app", "main", "other.com/name", ["0000:00:1f.0", device.Address.ToString()])];
        _clock.Advance(TimeSpan.FromHours(1));
        var held = Assert.IsType<DeviceUsage.InUse>(await LookAsync());
        Assert.Contains("pod team/app, which requested other.com/name", held.Message, StringComparison.Ordinal);

        bench.Kubelet.PodDevices = () => [new KubeletPodDevices("team", "app", "main", Resource, ["0000:00:1f.0"])];
        Assert.IsType<DeviceUsage.Free>(await LookAsync());

        using (bench.Node.HoldOpen(device.Address.ToString()))
        {
            Assert.Contains(" has /dev/vfio/", Assert.IsType<DeviceUsage.InUse>(await LookAsync()).Message, StringComparison.Ordinal);
        }

        // Interfaces of an ipvlan are known to the address book alone.
        Assert.Contains(
            "in use by pod team/app, with addresses of its ENI",
            Assert.IsType<DeviceUsage.InUse>(await AddressedAsync(address => address == device.Address ? ["team/app"] : [])).Message,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "the address book of this node is not open",
            Assert.IsType<DeviceUsage.Unknown>(await AddressedAsync(_ => null)).Message,
            StringComparison.Ordinal
        );

        Task<DeviceUsage> AddressedAsync(Func<PciAddress, IReadOnlyList<string>?> podsOn) =>
            new UsageProbe(
                bench.Host.Files,
                new DevicePluginUse(kubelet, finished),
                new RecentAllocations(_clock),
                pods,
                finished,
                _ => null,
                podsOn
            ).LookAsync(device, EmbeddedBench.Stop);
    }

    [Fact]
    public async Task A_device_that_a_claim_has_is_in_use_under_the_name_by_which_it_is_offered()
    {
        using var http = new HttpClient();
        var (kubelet, pods) = (new PodResourcesClient(null!), new NodePods(new KubernetesClient(http, _clock), "node-1"));
        var finished = new FinishedPods(pods, allowed: true, _clock);
        var probe = new UsageProbe(
            null!,
            new DevicePluginUse(kubelet, finished),
            new RecentAllocations(_clock),
            pods,
            finished,
            _ => ("ns/net", Resource),
            _ => []
        );
        var held = Assert.IsType<DeviceUsage.InUse>(await probe.LookAsync(A.BoundDevice(), EmbeddedBench.Stop));
        Assert.Equal(("0000:00:06.0 is in use by claim ns/net; it is not modified before that ends.", Resource), (held.Message, held.Resource));
    }

    [Theory]
    [InlineData(
        """{"items":[{"metadata":{"name":"app"},"status":{"phase":"Succeeded","containerStatuses":[{"state":{"terminated":{"exitCode":0}}}]}}]}""",
        true
    )]
    [InlineData("""{"items":[{"metadata":{"name":"app"},"status":{"phase":"Failed"}}]}""", true)]
    [InlineData("""{"items":[{"metadata":{"name":"app"},"status":{"phase":"Failed","containerStatuses":[{"state":{"running":{}}}]}}]}""", false)]
    [InlineData(
        """{"items":[{"metadata":{"name":"app"},"status":{"phase":"Running","containerStatuses":[{"state":{"terminated":{"exitCode":1}}}]}}]}""",
        false
    )]
    [InlineData("""{"items":[]}""", false)]
    [InlineData(null, false)]
    public async Task A_pod_that_the_kubelet_names_counts_until_the_API_server_says_that_none_of_its_containers_runs(string? answer, bool isFree)
    {
        await using var bench = await EmbeddedBench.StartAsync();
        var device = await PlugAsync(bench);
        bench.Kubelet.PodDevices = () => [new KubeletPodDevices("team", "app", "main", Resource, [device.Address.ToString()])];
        var api = new PodsApi(answer);
        var probe = Probe(bench, api);
        for (var look = 0; look < 3; look++)
        {
            var usage = await probe.LookAsync(device, EmbeddedBench.Stop);
            if (isFree)
            {
                Assert.IsType<DeviceUsage.Free>(usage);
            }
            else
            {
                var held = Assert.IsType<DeviceUsage.InUse>(usage);
                Assert.Equal(Resource, held.Resource);
                Assert.Equal(answer is null, held.Message.Contains("eniManager.listPods", StringComparison.Ordinal));
            }
        }

        const string Request = "/api/v1/namespaces/team/pods?fieldSelector=metadata.name%3Dapp%2Cspec.nodeName%3Dnode-1&limit=500";
        Assert.Equal(Enumerable.Repeat(Request, isFree ? 3 : 1), api.Requests);
    }

    [Fact]
    public async Task That_a_pod_has_finished_is_not_remembered_for_the_next_one_of_its_name()
    {
        var api = new PodsApi("""{"items":[{"metadata":{"name":"app-0"},"status":{"phase":"Succeeded"}}]}""");
        var finished = new FinishedPods(Pods(api, _clock), allowed: true, _clock);
        Assert.True(await finished.AskAsync("team", "app-0", EmbeddedBench.Stop));
        api.Answer = """{"items":[{"metadata":{"name":"app-0"},"status":{"phase":"Running","containerStatuses":[{"state":{"running":{}}}]}}]}""";
        Assert.False(await finished.AskAsync("team", "app-0", EmbeddedBench.Stop));
    }

    [Theory]
    [InlineData(HttpStatusCode.Forbidden, 10 * 60)]
    [InlineData(HttpStatusCode.InternalServerError, 30)]
    public async Task Only_a_missing_permission_is_remembered_for_long(HttpStatusCode blocker, int seconds)
    {
        var api = new PodsApi(null) { Refusal = blocker };
        var finished = new FinishedPods(Pods(api, _clock), allowed: true, _clock);
        Assert.Null(await finished.AskAsync("team", "app", EmbeddedBench.Stop));
        _clock.Advance(TimeSpan.FromSeconds(seconds - 1));
        Assert.Null(await finished.AskAsync("team", "app", EmbeddedBench.Stop));
        Assert.Single(api.Requests);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(await finished.AskAsync("team", "app", EmbeddedBench.Stop));
        Assert.Equal(2, api.Requests.Count);
    }

    [Fact]
    public async Task When_neither_the_kubelet_nor_the_API_server_tells_the_answer_is_that_it_cannot_be_told_and_why()
    {
        await using var bench = await EmbeddedBench.StartAsync();
        var device = await PlugAsync(bench);
        await bench.Kubelet.StopAsync();
        var unknown = Assert.IsType<DeviceUsage.Unknown>(await Probe(bench, new PodsApi(null)).LookAsync(device, EmbeddedBench.Stop));
        Assert.Contains("403", unknown.Message, StringComparison.Ordinal);
        Assert.Contains("KUBELET_ROOT", unknown.Message, StringComparison.Ordinal);

        var suspect = new PodsApi(
            """{"items":[{"metadata":{"name":"app","namespace":"team"},"spec":{"containers":[{"resources":{"limits":{"intel.com/any":"1"}}}]}}]}"""
        );
        Assert.Contains(
            "pod team/app",
            Assert.IsType<DeviceUsage.InUse>(await Probe(bench, suspect).LookAsync(device, EmbeddedBench.Stop)).Message,
            StringComparison.Ordinal
        );
        Assert.IsType<DeviceUsage.Free>(await Probe(bench, new PodsApi("""{"items":[]}""")).LookAsync(device, EmbeddedBench.Stop));
    }

    [Fact]
    public async Task An_agent_that_may_not_ask_about_pods_does_not_and_says_so()
    {
        await using var bench = await EmbeddedBench.StartAsync();
        var device = await PlugAsync(bench);
        var api = new PodsApi("""{"items":[]}""");
        bench.Kubelet.PodDevices = () => [new KubeletPodDevices("team", "app", "main", Resource, [device.Address.ToString()])];
        var held = Assert.IsType<DeviceUsage.InUse>(await Probe(bench, api, allowed: false).LookAsync(device, EmbeddedBench.Stop));
        Assert.Contains("eniManager.listPods", held.Message, StringComparison.Ordinal);

        await bench.Kubelet.StopAsync();
        var unknown = Assert.IsType<DeviceUsage.Unknown>(await Probe(bench, api, allowed: false).LookAsync(device, EmbeddedBench.Stop));
        Assert.Contains("LIST_PODS", unknown.Message, StringComparison.Ordinal);
        Assert.Empty(api.Requests);
    }

    [Fact]
    public async Task A_claim_is_told_the_pod_that_has_a_device_through_a_device_plugin_and_when_that_cannot_be_found_out()
    {
        await using var bench = await EmbeddedBench.StartAsync();
        var device = await PlugAsync(bench);
        var pods = Pods(new PodsApi("""{"items":[]}"""), _clock);
        var kubelet = new PodResourcesClient(new GrpcClient(bench.Kubelet.PodResourcesSocket, TimeSpan.FromSeconds(30), TimeProvider.System));
        var use = new DevicePluginUse(kubelet, new FinishedPods(pods, allowed: true, _clock));

        Assert.Null(await use.WhyNotForClaimAsync(device.Address, EmbeddedBench.Stop));
        bench.Kubelet.PodDevices = () => [new KubeletPodDevices("team", "app", "main", Resource, [device.Address.ToString()])];
        var held = await use.WhyNotForClaimAsync(device.Address, EmbeddedBench.Stop);
        Assert.StartsWith($"{device.Address} is in use by pod team/app, which requested {Resource}.", held, StringComparison.Ordinal);
        Assert.Contains("delete the pod", held, StringComparison.Ordinal);

        await bench.Kubelet.StopAsync();
        var unknown = await use.WhyNotForClaimAsync(device.Address, EmbeddedBench.Stop);
        Assert.Contains("is unknown, because the kubelet does not list the devices of pods", unknown, StringComparison.Ordinal);
        Assert.Contains("KUBELET_ROOT", unknown, StringComparison.Ordinal);
    }

    private static async Task<PciDevice> PlugAsync(EmbeddedBench bench) =>
        (await new HostReader(bench.Host).ReadDeviceAsync((await bench.PlugAsync(1)).Address, EmbeddedBench.Stop))!;

    private static NodePods Pods(PodsApi api, FakeTimeProvider clock) =>
        new(new KubernetesClient(new HttpClient(api) { BaseAddress = new Uri("http://api/") }, clock), "node-1");

    private UsageProbe Probe(EmbeddedBench bench, PodsApi api, bool allowed = true)
    {
        var pods = Pods(api, _clock);
        var kubelet = new PodResourcesClient(new GrpcClient(bench.Kubelet.PodResourcesSocket, TimeSpan.FromSeconds(30), TimeProvider.System));
        var finished = new FinishedPods(pods, allowed, _clock);
        return new UsageProbe(
            bench.Host.Files,
            new DevicePluginUse(kubelet, finished),
            new RecentAllocations(_clock),
            pods,
            finished,
            _ => null,
            _ => []
        );
    }

    /// <summary>
    /// Lists the pods that it was given; with none it refuses, as it does an agent as installed.
    /// </summary>
    private sealed class PodsApi(string? answer) : HttpMessageHandler
    {
        public string? Answer { get; set; } = answer;

        public HttpStatusCode Refusal { get; init; } = HttpStatusCode.Forbidden;

        public List<string> Requests { get; } = [];

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Requests.Add(request.RequestUri!.PathAndQuery);
            return Task.FromResult(
                new HttpResponseMessage(Answer is null ? Refusal : HttpStatusCode.OK)
                {
                    Content = new StringContent(
                        Answer ?? $$"""{"kind":"Status","code":{{(int)Refusal}},"reason":"{{Refusal}}","message":"may not list pods"}"""
                    ),
                }
            );
        }
    }
}
