using System.Text.RegularExpressions;

namespace MultiEni.Simulator.Nodes.DevicePlugins;

/// <summary>
/// The SR-IOV network device plugin: file and devices are read once, at its start
/// (docs/reference/sriov-device-plugin.md#reading-and-restarting).
/// </summary>
public static partial class DevicePlugin
{
    private const string NetworkClass = "02";
    private const string AcceleratorClass = "12";
    private const int MainTable = 254;

    /// <summary>Starts the plugin.</summary>
    /// <param name="file">Text of its file; null when there is none.</param>
    /// <param name="release">The release that the cluster runs.</param>
    /// <param name="devices">PCI devices of the node.</param>
    /// <param name="network">Its network stack, for the default route.</param>
    public static DevicePluginRun Start(string? file, DevicePluginRelease release, IReadOnlyList<SimulatedDevice> devices, SimulatedNetwork network)
    {
        var (configuration, crash) = DevicePluginFile.Read(file, release);
        if (crash is not null)
        {
            return crash;
        }

        List<string> log = [.. configuration.Log];
        var usable = devices.Where(device => IsUsable(device, release, network, log)).ToList();
        var taken = new HashSet<string>(StringComparer.Ordinal);
        var served = new SortedDictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var pool in configuration.Pools)
        {
            var claimed = Claim(pool, usable, taken, log);
            if (claimed.Count == 0)
            {
                log.Add($"no devices in device pool, skipping creating resource server for {pool.Name}");
            }
            else if (!IsAcceptedByKubelet(pool.FullName))
            {
                log.Add($"registration of {pool.FullName} failed: the resource name is invalid");
            }
            else
            {
                served[pool.FullName] = claimed;
            }
        }

        log.Add("All servers started.");
        return new DevicePluginRun.Serving(log, served);
    }

    private static List<string> Claim(ResourcePool pool, IReadOnlyList<SimulatedDevice> devices, HashSet<string> taken, List<string> log)
    {
        var wantedClass = pool.DeviceType switch
        {
            "netDevice" => NetworkClass,
            "accelerator" => AcceleratorClass,
            _ => "none",
        };
        List<string> claimed = [];
        foreach (var device in devices)
        {
            if (!device.Class.StartsWith(wantedClass, StringComparison.Ordinal) || !pool.Selectors.Any(selector => selector.Matches(device)))
            {
                continue;
            }

            if (taken.Add(device.Address))
            {
                claimed.Add(device.Address);
            }
            else
            {
                log.Add($"Cannot add device [{device.Address}]. Already allocated.");
            }
        }

        return claimed;
    }

    private static bool IsUsable(SimulatedDevice device, DevicePluginRelease release, SimulatedNetwork network, List<string> log)
    {
        if (device.Driver is null)
        {
            log.Add($"error creating new device: \"error getting driver info for device {device.Address} readlink: no such file or directory\"");
            return false;
        }

        return release == DevicePluginRelease.V38 || !HasDefaultRoute(device, network);
    }

    private static bool HasDefaultRoute(SimulatedDevice device, SimulatedNetwork network) =>
        network.Links.FirstOrDefault(link => link.Name == device.InterfaceName) is { } link
        && network.Routes.Any(route => route is { Family: 4, Table: MainTable, Destination: null } && route.LinkIndex == link.Index);

    internal static bool IsAcceptedByKubelet(string resource)
    {
        var slash = resource.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0)
        {
            return false;
        }

        var (prefix, name) = (resource[..slash], resource[(slash + 1)..]);
        return name.Length <= 63
            && QualifiedName().IsMatch(name)
            && Subdomain().IsMatch(prefix)
            && !prefix.EndsWith("kubernetes.io", StringComparison.Ordinal)
            && !prefix.StartsWith("requests.", StringComparison.Ordinal);
    }

    [GeneratedRegex(@"^[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex QualifiedName();

    [GeneratedRegex(
        @"^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Subdomain();
}
