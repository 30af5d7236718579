using MultiEni.Simulator.Kubernetes;
using MultiEni.Simulator.Kubernetes.Devices;

namespace MultiEni.Simulator.Nodes.Scheduling.Devices;

/// <summary>
/// Tries devices for one request after the other, and goes back when there is none for a later one.
/// The first solution is taken, as the real scheduler does.
/// </summary>
/// <param name="pools">The node's.</param>
/// <param name="claims">What is asked for.</param>
/// <param name="held">Devices that others have.</param>
/// <param name="selectors">Compiled expressions.</param>
internal sealed class AllocationSearch(
    IReadOnlyList<DevicePool> pools,
    IReadOnlyList<ClaimNeeds> claims,
    IReadOnlySet<DeviceId> held,
    SelectorCache selectors
)
{
    private const int MostResults = 32;

    private readonly List<OfferedDevice> _devices = [.. pools.Where(static pool => pool.Trouble is null).SelectMany(static pool => pool.Devices)];
    private readonly List<GivenDevice>[] _results = [.. claims.Select(static _ => new List<GivenDevice>())];
    private readonly Dictionary<(AskedDevices, DeviceId), bool> _matches = new();
    private readonly HashSet<DeviceId> _taken = [.. held];

    /// <summary>For each claim what it gets, once there is a solution.</summary>
    internal IReadOnlyList<IReadOnlyList<GivenDevice>> Results => _results;

    /// <summary>
    /// Why the search was given up, for this and all nodes; null when there is nothing wrong.
    /// </summary>
    internal string? Failure { get; private set; }

    /// <summary>Whether there is a solution.</summary>
    internal bool Run()
    {
        var isComplete = pools.All(static pool => pool.Trouble is null);
        foreach (var asked in claims.SelectMany(static claim => claim.Requests).SelectMany(static request => request))
        {
            if (asked.AsksForCapacity)
            {
                Failure ??= $"request {asked.Request}: capacity of devices is not simulated";
            }
            else if (asked.IsAll && !isComplete)
            {
                var pool = pools.First(static pool => pool.Trouble is not null);
                Failure ??= $"request {asked.Request}: asks for all devices, but resource pool {pool.Driver}/{pool.Name} {pool.Trouble}";
            }
        }

        return Failure is null && Request(0, 0);
    }

    private bool Request(int claim, int request)
    {
        if (claim == claims.Count)
        {
            return true;
        }

        return request == claims[claim].Requests.Count
            ? Request(claim + 1, 0)
            : claims[claim]
                .Requests[request]
                .Any(asked => asked.IsAll ? TakeAll(claim, request, asked) : Take(claim, request, asked, asked.Count, 0));
    }

    // Devices for one request are tried in their order only: it does not matter which of them is
    // the first.
    private bool Take(int claim, int request, AskedDevices asked, long count, int from)
    {
        if (count == 0)
        {
            return Request(claim, request + 1);
        }

        if (_results[claim].Count + count > MostResults)
        {
            return false;
        }

        for (var at = from; at < _devices.Count && Failure is null; at++)
        {
            var device = _devices[at];
            if (!IsFree(claim, asked, device) || !Matches(asked, device) || !asked.Tolerates(device) || !Give(claim, asked, device))
            {
                continue;
            }

            if (Take(claim, request, asked, count - 1, at + 1))
            {
                return true;
            }

            TakeBack(claim);
        }

        return false;
    }

    private bool TakeAll(int claim, int request, AskedDevices asked)
    {
        var all = _devices.FindAll(device => Matches(asked, device));
        var before = _results[claim].Count;
        var isGiven =
            Failure is null
            && all.Count > 0
            && before + all.Count <= MostResults
            && all.TrueForAll(device => IsFree(claim, asked, device) && asked.Tolerates(device) && GiveOneOfAll(claim, asked, device))
            && Request(claim, request + 1);
        while (!isGiven && _results[claim].Count > before)
        {
            TakeBack(claim);
        }

        return isGiven;
    }

    private bool GiveOneOfAll(int claim, AskedDevices asked, OfferedDevice device)
    {
        if (!Give(claim, asked, device))
        {
            // No node can satisfy a claim that contradicts itself.
            Failure ??= $"request {asked.Request}: cannot add device {device.Id} because a claim constraint would not be satisfied";
        }

        return Failure is null;
    }

    private bool IsFree(int claim, AskedDevices asked, OfferedDevice device) =>
        asked.IsForAdministration ? !_results[claim].Exists(given => given.Device.Id == device.Id) : !_taken.Contains(device.Id);

    private bool Give(int claim, AskedDevices asked, OfferedDevice device)
    {
        _results[claim].Add(new GivenDevice(asked, device));
        if (claims[claim].Allows(_results[claim]))
        {
            _ = asked.IsForAdministration || _taken.Add(device.Id);
            return true;
        }

        _results[claim].RemoveAt(_results[claim].Count - 1);
        return false;
    }

    private void TakeBack(int claim)
    {
        var last = _results[claim][^1];
        _results[claim].RemoveAt(_results[claim].Count - 1);
        _ = last.For.IsForAdministration || _taken.Remove(last.Device.Id);
    }

    private bool Matches(AskedDevices asked, OfferedDevice device)
    {
        if (!_matches.TryGetValue((asked, device.Id), out var matches))
        {
            try
            {
                matches = asked.Expressions.All(expression => selectors.Get(expression).Matches(device.Id.Driver, device.Json));
                if (matches && device.IsShared)
                {
                    Failure ??= $"device {device.Id}: devices that are shared or take from counters are not simulated";
                }
            }
            catch (Exception wrong) when (wrong is DeviceSelectorException or NotSimulatedException)
            {
                Failure ??= $"request {asked.Request}: selector on device {device.Id}: {wrong.Message}";
            }

            _matches[(asked, device.Id)] = matches;
        }

        return matches && Failure is null;
    }
}
