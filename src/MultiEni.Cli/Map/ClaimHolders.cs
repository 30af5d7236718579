using System.Collections.Concurrent;
using MultiEni.Api.ResourceClaims;
using MultiEni.Cli.Status;
using MultiEni.Operator.Informers;

namespace MultiEni.Cli.Map;

/// <summary>
/// Which claim has which device. After a gap in the watch, changes come in any order between
/// claims: a claim may be seen to have a device before another is seen to have lost it.
/// </summary>
internal sealed class ClaimHolders
{
    private readonly ConcurrentDictionary<DeviceOfNode, ClaimStatusItem> _holders = new();

    /// <summary>The claim that has a device; null for none.</summary>
    public ClaimStatusItem? Find(DeviceOfNode device) => _holders.GetValueOrDefault(device);

    /// <summary>Takes a change over, one at a time; returns the devices that it is about.</summary>
    public IReadOnlySet<DeviceOfNode> Take(ObjectChange<ResourceClaim> change)
    {
        var devices = new HashSet<DeviceOfNode>();
        if (change is not ObjectChange<ResourceClaim>.Deleted)
        {
            foreach (var (device, holder) in ClaimedDevices.Of(change.Current))
            {
                _holders[device] = holder;
                devices.Add(device);
            }
        }

        foreach (var (device, former) in ClaimedDevices.Of(change is ObjectChange<ResourceClaim>.Updated updated ? updated.Old : change.Current))
        {
            if (devices.Add(device) && Find(device) is { } holder && (holder.Namespace, holder.Name) == (former.Namespace, former.Name))
            {
                _holders.TryRemove(device, out _);
            }
        }

        return devices;
    }
}
