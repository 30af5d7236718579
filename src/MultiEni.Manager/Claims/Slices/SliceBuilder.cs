using MultiEni.Api;
using MultiEni.Api.ResourceClaims;
using MultiEni.Manager.Safety;

namespace MultiEni.Manager.Claims.Slices;

/// <summary>Devices as a slice tells schedulers of them.</summary>
internal static class SliceBuilder
{
    /// <summary>Key of the taint of a device that cannot be used.</summary>
    internal const string UnusableTaint = $"{ClaimNames.Driver}/unusable";

    /// <summary>Key of the taint of a device that is being taken back.</summary>
    internal const string WithdrawnTaint = $"{ClaimNames.Driver}/withdrawn";

    private const int MostDevices = 128;
    private const int MostDevicesWithTaints = 64;
    private const int MostAttributes = 32;

    /// <summary>Builds the content of a node's only slice.</summary>
    /// <param name="node">The node, which is the pool as well.</param>
    /// <param name="entries">Its devices.</param>
    /// <param name="keepsTaints">
    /// Whether the API server stores taints. Where it does not, a device that would have one is not
    /// listed.
    /// </param>
    public static SliceContent Build(string node, IReadOnlyCollection<SliceEntry> entries, bool keepsTaints)
    {
        // What a claim has comes first: its claim would point to nothing.
        var listed = entries
            .Select(entry => (entry.IsClaimed, Device: DeviceOf(entry, keepsTaints)))
            .Where(entry => entry.Device is not null)
            .OrderByDescending(entry => entry.IsClaimed)
            .ThenBy(entry => entry.Device!.Name, StringComparer.Ordinal)
            .Select(entry => entry.Device!)
            .ToList();
        var most = listed.Exists(device => device.Taints is not null) ? MostDevicesWithTaints : MostDevices;
        var kept = listed.Take(most).OrderBy(device => device.Name, StringComparer.Ordinal).ToList();
        return new SliceContent(
            new ResourceSliceSpec
            {
                Driver = ClaimNames.Driver,
                NodeName = node,
                Pool = new ResourcePool
                {
                    Name = node,
                    Generation = 1,
                    ResourceSliceCount = 1,
                },
                Devices = kept.Count > 0 ? kept : null,
            },
            listed.Count - kept.Count
        );
    }

    /// <summary>What a claim may choose a device by.</summary>
    public static Dictionary<string, DeviceAttribute> AttributesOf(ClaimableDevice device)
    {
        var (offer, eni, host) = device;
        var attributes = new Dictionary<string, DeviceAttribute>(StringComparer.Ordinal);
        Text(DeviceAttributes.PciBusId, offer.Address.ToString());
        Text(DeviceAttributes.PcieRoot, host.PcieRoot);
        Number(DeviceAttributes.NumaNode, host.NumaNode);
        Number(DeviceAttributes.DranetNumaNode, host.NumaNode);
        var resource = offer.Resource.ToString();
        if (resource.Length <= DeviceAttribute.LongestText)
        {
            // Multus passes over a device that has only one of them.
            Text(DeviceAttributes.MultusDeviceId, offer.Address.ToString());
            Text(DeviceAttributes.MultusResourceName, resource);
        }

        Text(DeviceAttributes.NodeEni, eni.NodeEni.Length <= DeviceAttribute.LongestText ? eni.NodeEni : Names.LabelValue(eni.NodeEni));
        Text(DeviceAttributes.Eni, eni.EniId);
        Text(DeviceAttributes.Subnet, eni.SubnetId);
        Text(DeviceAttributes.AvailabilityZone, eni.AvailabilityZone);
        Text(DeviceAttributes.Mac, eni.MacAddress);
        Text(DeviceAttributes.Ipv4, eni.Ipv4Addresses.FirstOrDefault());
        Number(DeviceAttributes.NetworkCard, eni.NetworkCard);
        Number(DeviceAttributes.DeviceIndex, eni.DeviceIndex);
        Text(DeviceAttributes.KernelDriver, offer.Driver);
        Text(DeviceAttributes.Mode, device.DefaultMode);
        Text(
            DeviceAttributes.Iommu,
            host.BehindIommu switch
            {
                true => "iommu",
                false => "noiommu",
                null => null,
            }
        );
        Number(DeviceAttributes.Mtu, host.Mtu);

        // Half of the groups would be worse than none: a claim that asks for one of the others
        // would wait for ever.
        if (attributes.Count + eni.SecurityGroups.Length <= MostAttributes)
        {
            foreach (var group in eni.SecurityGroups)
            {
                attributes[DeviceAttributes.SecurityGroup(group)] = new DeviceAttribute { Bool = true };
            }
        }

        return attributes;

        void Text(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value) && value.Length <= DeviceAttribute.LongestText)
            {
                attributes[name] = new DeviceAttribute { String = value };
            }
        }

        void Number(string name, int? value)
        {
            if (value is { } number)
            {
                attributes[name] = new DeviceAttribute { Int = number };
            }
        }
    }

    private static SliceDevice? DeviceOf(SliceEntry entry, bool keepsTaints)
    {
        var taint = TaintOf(entry.Standing);
        var isWithheld = !entry.IsClaimed && (entry.Standing is DeviceStanding.Gone || (taint is not null && !keepsTaints));
        return isWithheld
            ? null
            : new SliceDevice
            {
                Name = entry.Device.Name,
                Attributes = AttributesOf(entry.Device),
                Taints = taint is null ? null : [taint],
            };
    }

    private static DeviceTaint? TaintOf(DeviceStanding standing) =>
        standing switch
        {
            DeviceStanding.Ready => null,
            DeviceStanding.Unusable unusable => Taint(UnusableTaint, unusable.Why.Reason, DeviceTaint.NoSchedule),
            DeviceStanding.Gone gone => Taint(UnusableTaint, gone.Why.Reason, DeviceTaint.NoExecute),
            DeviceStanding.Withdrawn => Taint(WithdrawnTaint, Reasons.Releasing, DeviceTaint.NoSchedule),
            _ => throw new InvalidOperationException($"No such standing: {standing}."),
        };

    private static DeviceTaint Taint(string key, string value, string effect) =>
        new()
        {
            Key = key,
            Value = value,
            Effect = effect,
        };
}

/// <summary>A device on its way into a slice.</summary>
/// <param name="Device">The device.</param>
/// <param name="Standing">Whether claims may get it.</param>
/// <param name="IsClaimed">
/// Whether it is prepared for a claim: it then stays listed, whatever becomes of it.
/// </param>
internal sealed record SliceEntry(ClaimableDevice Device, DeviceStanding Standing, bool IsClaimed);

/// <summary>Whether claims may get a device.</summary>
internal abstract record DeviceStanding
{
    private DeviceStanding() { }

    /// <summary>They may.</summary>
    public sealed record Ready : DeviceStanding;

    /// <summary>Nobody could use it at present; whoever has it may keep it.</summary>
    public sealed record Unusable(Blocker Why) : DeviceStanding;

    /// <summary>
    /// The node has it no more: pods that have it hold nothing and are to be made anew.
    /// </summary>
    public sealed record Gone(Blocker Why) : DeviceStanding;

    /// <summary>It is being taken back; whoever has it may keep it.</summary>
    public sealed record Withdrawn : DeviceStanding;
}

/// <summary>What a slice is to say.</summary>
/// <param name="Spec">The specification.</param>
/// <param name="LeftOut">How many devices a slice had no room for.</param>
internal sealed record SliceContent(ResourceSliceSpec Spec, int LeftOut);
