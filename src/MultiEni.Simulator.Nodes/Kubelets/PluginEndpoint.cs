using Grpc.Core;
using Grpc.Net.Client;
using MultiEni.Simulator.Nodes.Kubelets.Protocol.DevicePluginApi;

namespace MultiEni.Simulator.Nodes.Kubelets;

/// <summary>One registered plugin: the kubelet's connection to it, and the devices that it announced last.</summary>
internal sealed class PluginEndpoint : IAsyncDisposable
{
    private readonly GrpcChannel channel;
    private readonly Protocol.DevicePluginApi.DevicePlugin.DevicePluginClient client;
    private readonly CancellationTokenSource stopping = new();
    private readonly Action<PluginEndpoint> changed;
    private readonly Task watching;

    internal PluginEndpoint(string folder, KubeletRegistration registration, Action<PluginEndpoint> changed)
    {
        Registration = registration;
        this.changed = changed;
        channel = UnixChannel.Open(Path.Combine(folder, registration.Endpoint));
        client = new Protocol.DevicePluginApi.DevicePlugin.DevicePluginClient(channel);
        watching = WatchAsync();
    }

    internal KubeletRegistration Registration { get; }

    /// <summary>What the plugin announced last; empty once its stream has ended.</summary>
    internal IReadOnlyList<KubeletDevice> Devices { get; private set; } = [];

    /// <summary>The stream has ended: the plugin is dead to the kubelet until it registers again.</summary>
    internal bool Stopped { get; private set; }

    internal async Task<IReadOnlyList<string>> PreferAsync(IReadOnlyList<string> available, int count, CancellationToken cancellationToken)
    {
        var request = new ContainerPreferredAllocationRequest { AllocationSize = count };
        request.AvailableDeviceIDs.AddRange(available);
        try
        {
            var answer = await client.GetPreferredAllocationAsync(
                new PreferredAllocationRequest { ContainerRequests = { request } },
                cancellationToken: cancellationToken
            );
            return [.. answer.ContainerResponses.Single().DeviceIDs];
        }
        catch (RpcException refused)
        {
            throw Failure(refused);
        }
    }

    internal async Task<KubeletAllocation> AllocateAsync(IReadOnlyList<string> devices, CancellationToken cancellationToken)
    {
        var request = new ContainerAllocateRequest();
        request.DevicesIds.AddRange(devices);
        try
        {
            var answer = await client.AllocateAsync(new AllocateRequest { ContainerRequests = { request } }, cancellationToken: cancellationToken);
            var container = answer.ContainerResponses.Single();
            return new KubeletAllocation(
                container.Envs.ToDictionary(StringComparer.Ordinal),
                [.. container.Devices.Select(device => new KubeletDeviceNode(device.HostPath, device.ContainerPath, device.Permissions))],
                container.Mounts.ToDictionary(mount => mount.ContainerPath, mount => mount.HostPath, StringComparer.Ordinal),
                container.Annotations.ToDictionary(StringComparer.Ordinal)
            );
        }
        catch (RpcException refused)
        {
            throw Failure(refused);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await watching;
        channel.Dispose();
        stopping.Dispose();
    }

    private async Task WatchAsync()
    {
        try
        {
            // Register is answered before the plugin is called back, as its server may be busy with that very call.
            await Task.Yield();
            using var call = client.ListAndWatch(new Empty(), cancellationToken: stopping.Token);
            while (await call.ResponseStream.MoveNext(stopping.Token))
            {
                Devices =
                [
                    .. call.ResponseStream.Current.Devices.Select(device => new KubeletDevice(
                        device.ID,
                        device.Health == "Healthy",
                        [.. device.Topology?.Nodes.Select(node => node.ID) ?? []]
                    )),
                ];
                changed(this);
            }
        }
        catch (Exception ended) when (ended is RpcException or OperationCanceledException)
        {
            // However it ended, the plugin's devices are gone.
        }

        Stopped = true;
        Devices = [];
        changed(this);
    }

    private static PluginCallException Failure(RpcException refused) =>
        new($"rpc error: code = {refused.StatusCode} desc = {refused.Status.Detail}", refused);
}
