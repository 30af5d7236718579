using Grpc.Core;
using Grpc.Net.Client;
using MultiEni.Simulator.Nodes.Kubelets.Protocol.DevicePluginApi;

namespace MultiEni.Simulator.Nodes.Kubelets;

/// <summary>
/// One registered plugin: the kubelet's connection to it, and the devices that it announced last.
/// </summary>
internal sealed class PluginEndpoint : IAsyncDisposable
{
    private readonly GrpcChannel _channel;
    private readonly Protocol.DevicePluginApi.DevicePlugin.DevicePluginClient _client;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Action<PluginEndpoint> _changed;
    private readonly Task _watching;

    internal PluginEndpoint(string folder, KubeletRegistration registration, Action<PluginEndpoint> changed)
    {
        Registration = registration;
        _changed = changed;
        _channel = UnixChannel.Open(Path.Combine(folder, registration.Endpoint));
        _client = new Protocol.DevicePluginApi.DevicePlugin.DevicePluginClient(_channel);
        _watching = WatchAsync();
    }

    internal KubeletRegistration Registration { get; }

    /// <summary>What the plugin announced last; empty once its stream has ended.</summary>
    internal IReadOnlyList<KubeletDevice> Devices { get; private set; } = [];

    /// <summary>
    /// The stream has ended: the plugin is dead to the kubelet until it registers again.
    /// </summary>
    internal bool Stopped { get; private set; }

    internal async Task<IReadOnlyList<string>> PreferAsync(IReadOnlyList<string> available, int count, CancellationToken cancellationToken)
    {
        var request = new ContainerPreferredAllocationRequest { AllocationSize = count };
        request.AvailableDeviceIDs.AddRange(available);
        try
        {
            var answer = await _client.GetPreferredAllocationAsync(
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
            var answer = await _client.AllocateAsync(new AllocateRequest { ContainerRequests = { request } }, cancellationToken: cancellationToken);
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
        await _stopping.CancelAsync();
        await _watching;
        _channel.Dispose();
        _stopping.Dispose();
    }

    private async Task WatchAsync()
    {
        try
        {
            // Register is answered before the plugin is called back, as its server may be busy with
            // that very call.
            await Task.Yield();
            using var call = _client.ListAndWatch(new Empty(), cancellationToken: _stopping.Token);
            while (await call.ResponseStream.MoveNext(_stopping.Token))
            {
                Devices =
                [
                    .. call.ResponseStream.Current.Devices.Select(device => new KubeletDevice(
                        device.ID,
                        device.Health == "Healthy",
                        [.. device.Topology?.Nodes.Select(node => node.ID) ?? []]
                    )),
                ];
                _changed(this);
            }
        }
        catch (Exception ended) when (ended is RpcException or OperationCanceledException)
        {
            // However it ended, the plugin's devices are gone.
        }

        Stopped = true;
        Devices = [];
        _changed(this);
    }

    private static PluginCallException Failure(RpcException refused) =>
        new($"rpc error: code = {refused.StatusCode} desc = {refused.Status.Detail}", refused);
}
