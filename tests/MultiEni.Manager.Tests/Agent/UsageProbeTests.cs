using Microsoft.Extensions.Time.Testing;
using MultiEni.Manager.Agent;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Kubelet.PodResources;
using MultiEni.Manager.Kubelet.Wire;
using MultiEni.Manager.Pods;
using MultiEni.Manager.Publishing.Embedded;
using MultiEni.Manager.Steps;
using MultiEni.Manager.Tests.Publishing.Embedded;
using MultiEni.Operator.Client;
using MultiEni.Simulator.Cluster.Kubelets;

namespace MultiEni.Manager.Tests.Agent;

public sealed class UsageProbeTests
{
    private const string Resource = "intel.com/dpdk_1";

    [Fact]
    public async Task A_device_is_in_use_from_the_moment_at_which_it_is_given_and_then_as_long_as_the_kubelet_says_so()
    {
        await using var bench = await EmbeddedBench.StartAsync();
        using var http = new HttpClient();
        var clock = new FakeTimeProvider();
        var handouts = new HandoutLog(clock);
        var kubelet = new PodResourcesClient(new GrpcClient(bench.Kubelet.PodResourcesSocket, TimeSpan.FromSeconds(30), TimeProvider.System));
        var probe = new UsageProbe(bench.Host.Files, kubelet, handouts, new NodePods(new KubernetesClient(http, clock), "node-1"));
        var device = (await new HostReader(bench.Host).ReadDeviceAsync((await bench.PlugAsync(1)).Address, EmbeddedBench.Stop))!;
        Task<DeviceUsage> LookAsync() => probe.LookAsync(device, Resource, EmbeddedBench.Stop);

        Assert.IsType<DeviceUsage.Free>(await LookAsync());
        handouts.Note(device.Address);
        Assert.Contains("this moment", Assert.IsType<DeviceUsage.InUse>(await LookAsync()).Message, StringComparison.Ordinal);

        // The kubelet names the pod, under whatever resource and however long ago.
        bench.Kubelet.PodDevices = () =>
            [new KubeletPodDevices("team", "app", "main", "other.com/name", ["0000:00:1f.0", device.Address.ToString()])];
        clock.Advance(TimeSpan.FromHours(1));
        var held = Assert.IsType<DeviceUsage.InUse>(await LookAsync());
        Assert.Contains("pod team/app, which requested other.com/name", held.Message, StringComparison.Ordinal);

        bench.Kubelet.PodDevices = () => [new KubeletPodDevices("team", "app", "main", Resource, ["0000:00:1f.0"])];
        Assert.IsType<DeviceUsage.Free>(await LookAsync());

        using (bench.Node.HoldOpen(device.Address.ToString()))
        {
            Assert.Contains(" has /dev/vfio/", Assert.IsType<DeviceUsage.InUse>(await LookAsync()).Message, StringComparison.Ordinal);
        }
    }
}
