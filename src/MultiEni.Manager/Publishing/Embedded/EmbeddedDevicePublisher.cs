using Microsoft.Extensions.Logging;
using MultiEni.Manager.Host;
using MultiEni.Manager.Kubelet.DevicePlugins;
using MultiEni.Manager.Kubelet.Wire;
using MultiEni.Manager.Telemetry;

namespace MultiEni.Manager.Publishing.Embedded;

/// <summary>
/// Publishes as a device plugin of its own, one for each resource. Unlike the SR-IOV device plugin
/// it sees a device go, and looks at a device again before a container gets it.
/// </summary>
internal sealed class EmbeddedDevicePublisher(
    PluginRegistry registry,
    DeviceChecker checker,
    DeviceInfoFiles info,
    NetworkFiles networks,
    RecentAllocations handouts,
    TimeProvider time,
    ILogger logger
) : IDevicePublisher, IDisposable
{
    // A device that changes its driver leaves its resource and comes back; a name that nobody uses
    // any more does not.
    private static readonly TimeSpan IdleLimit = TimeSpan.FromMinutes(10);

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Lock _lock = new();
    private readonly SortedDictionary<PciAddress, (OfferedDevice Device, DeviceCheck Check)> _offered = [];
    private readonly Dictionary<PciAddress, OfferedDevice> _withdrawn = [];
    private readonly Dictionary<ResourceName, ResourcePlugin> _plugins = [];
    private readonly Dictionary<ResourceName, long> _idleSince = [];

    /// <inheritdoc />
    public IReadOnlyList<OfferedDevice> Offered
    {
        get
        {
            lock (_lock)
            {
                return [.. _offered.Values.Select(offer => offer.Device)];
            }
        }
    }

    /// <inheritdoc />
    public async Task StartAsync(string bootId, CancellationToken cancellationToken)
    {
        // Offers live as long as the process, so those of an earlier boot can only be a simulated
        // node's.
        lock (_lock)
        {
            _offered.Clear();
            _withdrawn.Clear();
        }

        await AnnounceAsync(cancellationToken);
    }

    /// <inheritdoc />
    public async Task OfferAsync(OfferedDevice device, CancellationToken cancellationToken)
    {
        var check = await checker.CheckAsync(device, cancellationToken);
        OfferedDevice? before;
        lock (_lock)
        {
            _withdrawn.Remove(device.Address);
            before = _offered.TryGetValue(device.Address, out var offer) ? offer.Device : null;
            _offered[device.Address] = (device, check);
        }

        if (before is not null && before.Resource != device.Resource)
        {
            info.Remove(before);
        }

        await AnnounceAsync(cancellationToken);
    }

    /// <inheritdoc />
    public async Task WithdrawAsync(PciAddress address, CancellationToken cancellationToken)
    {
        OfferedDevice? before = null;
        lock (_lock)
        {
            if (_offered.Remove(address, out var offer))
            {
                _withdrawn[address] = before = offer.Device;
            }
        }

        if (before is not null)
        {
            info.Remove(before);
        }

        await AnnounceAsync(cancellationToken);
    }

    /// <inheritdoc />
    public async Task RepairAsync(CancellationToken cancellationToken)
    {
        await CheckAsync(cancellationToken);
        foreach (var device in Offered)
        {
            networks.Update(device.Address);
        }

        registry.Wake();
    }

    /// <inheritdoc />
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        foreach (var device in Offered)
        {
            Note(device, await checker.CheckAsync(device, cancellationToken));
        }

        await AnnounceAsync(cancellationToken);
    }

    /// <inheritdoc />
    public OfferState StateOf(PciAddress address, IReadOnlyDictionary<string, string>? allocatable)
    {
        lock (_lock)
        {
            if (_offered.TryGetValue(address, out var offer))
            {
                var (device, check) = offer;
                return EmbeddedOffer.Offered(device, check, Usable(device.Resource), registry.ProblemOf(device.Resource.ToString()), allocatable);
            }

            if (!_withdrawn.TryGetValue(address, out var gone))
            {
                return new OfferState.NotOffered();
            }

            return Ended(gone, allocatable);
        }
    }

    /// <inheritdoc />
    public async Task<bool> ConfirmAsync(IReadOnlyDictionary<string, string>? allocatable, CancellationToken cancellationToken)
    {
        var ended = false;
        lock (_lock)
        {
            foreach (var (address, gone) in _withdrawn.ToList())
            {
                ended |= Ended(gone, allocatable) is OfferState.NotOffered && _withdrawn.Remove(address);
            }
        }

        await RetireAsync(cancellationToken);
        return ended;
    }

    /// <inheritdoc />
    public void Dispose() => _turn.Dispose();

    private OfferState Ended(OfferedDevice gone, IReadOnlyDictionary<string, string>? allocatable) =>
        EmbeddedOffer.Withdrawn(gone, Usable(gone.Resource), registry.ProblemOf(gone.Resource.ToString()), allocatable);

    // The kubelet forgets a resource some minutes after its plugin has ended. Until then it counts
    // 0, as it did before.
    private async Task RetireAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            foreach (var resource in _plugins.Keys.ToList())
            {
                if (IsUsed(resource))
                {
                    _idleSince.Remove(resource);
                }
                else if (_idleSince.TryAdd(resource, time.GetTimestamp()) || time.GetElapsedTime(_idleSince[resource]) < IdleLimit)
                {
                    continue;
                }
                else
                {
                    await registry.RemoveAsync(resource.ToString());
                    _plugins.Remove(resource);
                    _idleSince.Remove(resource);
                }
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    private bool IsUsed(ResourceName resource)
    {
        lock (_lock)
        {
            return _offered.Values.Any(offer => offer.Device.Resource == resource) || _withdrawn.Values.Any(device => device.Resource == resource);
        }
    }

    private int Usable(ResourceName resource) =>
        _offered.Values.Count(offer => offer.Device.Resource == resource && offer.Check is DeviceCheck.Usable);

    private void Note(OfferedDevice device, DeviceCheck check)
    {
        lock (_lock)
        {
            if (!_offered.TryGetValue(device.Address, out var offer) || offer.Device != device)
            {
                return;
            }

            if (check is DeviceCheck.Unusable bad && offer.Check is DeviceCheck.Usable)
            {
                Log.DeviceUnhealthy(logger, device.Address.ToString(), device.Resource.ToString(), bad.Why.Message);
            }

            _offered[device.Address] = (device, check);
        }
    }

    // One after the other, so that an older list never follows a newer one.
    private async Task AnnounceAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            foreach (var (resource, devices) in Lists())
            {
                if (!_plugins.TryGetValue(resource, out var plugin))
                {
                    plugin = new ResourcePlugin(resource.ToString(), (ids, token) => GrantAsync(resource, ids, token), registry.OnWatched);
                    plugin.Announce(devices);
                    await registry.AddAsync(plugin, cancellationToken);
                    // Not before: one that could not be served is made anew the next time.
                    _plugins[resource] = plugin;
                }

                plugin.Announce(devices);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    // A resource that has lost its last device is announced as empty and stays registered: the
    // kubelet then counts 0 at once.
    private Dictionary<ResourceName, List<AnnouncedDevice>> Lists()
    {
        lock (_lock)
        {
            var lists = _plugins.Keys.ToDictionary(resource => resource, _ => new List<AnnouncedDevice>());
            foreach (var (device, check) in _offered.Values)
            {
                if (!lists.TryGetValue(device.Resource, out var list))
                {
                    lists[device.Resource] = list = [];
                }

                var usable = check as DeviceCheck.Usable;
                list.Add(new AnnouncedDevice(device.Address.ToString(), usable is not null, usable?.NumaNode));
            }

            return lists;
        }
    }

    private async Task<ContainerGrant> GrantAsync(ResourceName resource, IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        var granted = new List<DeviceCheck.Usable>();
        foreach (var id in ids)
        {
            var device = Find(resource, id);
            var check = await checker.CheckAsync(device, cancellationToken);
            Note(device, check);
            if (check is not DeviceCheck.Usable usable)
            {
                await AnnounceAsync(cancellationToken);
                throw Refuse(id, ((DeviceCheck.Unusable)check).Why.Message);
            }

            granted.Add(usable);
        }

        var mounts = new List<FolderMount>();
        // It may have been taken back while it was looked at. From here on it counts as in use.
        foreach (var usable in granted)
        {
            handouts.Note(usable.Address);
            info.Write(Find(resource, usable.Address.ToString()));
            if (networks.Update(usable.Address) is { } mount)
            {
                mounts.Add(mount);
            }
        }

        Log.DevicesGranted(logger, resource.ToString(), string.Join(',', ids));
        return ContainerGrants.Of(resource, granted, networks.NetworkOf, mounts);
    }

    private OfferedDevice Find(ResourceName resource, string id)
    {
        lock (_lock)
        {
            return PciAddress.TryParse(id, out var address) && _offered.TryGetValue(address, out var offer) && offer.Device.Resource == resource
                ? offer.Device
                : throw Refuse(id, $"it is not, or no longer, advertised as {resource}.");
        }
    }

    private static GrpcException Refuse(string id, string why) =>
        new(GrpcStatus.FailedPrecondition, $"eni-manager does not give {id} to a container: {why}");
}
