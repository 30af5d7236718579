using System.Collections.Concurrent;
using MultiEni.Simulator.Ec2;
using MultiEni.Simulator.Nodes;

namespace MultiEni.Simulator;

/// <summary>
/// Lets the devices of attached interfaces appear in simulated nodes. An interface may be attached
/// before its node has booted.
/// </summary>
/// <param name="hosts">Where nodes are added and removed.</param>
public sealed class HostBackplane(SimulatedHosts hosts) : IInstanceBackplane
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource<SimulatedHost?>> _booted = new(StringComparer.Ordinal);

    /// <summary>Adds a node that has booted.</summary>
    public void Add(SimulatedHost host)
    {
        ArgumentNullException.ThrowIfNull(host);
        hosts.Add(host);
        Booted(host.InstanceId).TrySetResult(host);
    }

    /// <inheritdoc/>
    public async Task PlugAsync(PluggedEni eni, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(eni);
        // A node is born with its primary interface.
        if (
            eni is not { DeviceIndex: 0, NetworkCardIndex: 0 }
            && await Booted(eni.InstanceId).Task.WaitAsync(ct) is { } host
            && host.DeviceByMac(eni.MacAddress) is null
        )
        {
            host.Plug(eni.MacAddress, eni.PrivateIps);
        }
    }

    /// <inheritdoc/>
    public Task UnplugAsync(string instanceId, string macAddress, CancellationToken ct) =>
        hosts.OfInstance(instanceId)?.UnplugAsync(macAddress, ct) ?? Task.CompletedTask;

    /// <inheritdoc/>
    public Task InstanceTerminatedAsync(string instanceId, CancellationToken ct)
    {
        Booted(instanceId).TrySetResult(null);
        hosts.Remove(instanceId);
        return Task.CompletedTask;
    }

    private TaskCompletionSource<SimulatedHost?> Booted(string instanceId) =>
        _booted.GetOrAdd(instanceId, _ => new TaskCompletionSource<SimulatedHost?>(TaskCreationOptions.RunContinuationsAsynchronously));
}
