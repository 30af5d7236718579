using System.Globalization;
using MultiEni.Api.NodeEnis;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Host;

namespace MultiEni.Manager.Setup;

/// <summary>Reads what decides how a host is set up.</summary>
internal sealed class SetupReader(IHostFiles files)
{
    private const string Groups = "/sys/kernel/iommu_groups";
    private const int ModuleCapability = 16;

    /// <summary>The host as it is now.</summary>
    public async Task<SetupFacts> ReadAsync(CancellationToken cancellationToken)
    {
        var present = new HashSet<string>(StringComparer.Ordinal);
        foreach (var driver in (string[])[DpdkDrivers.VfioPci, DpdkDrivers.IgbUio, DpdkDrivers.UioPciGeneric])
        {
            // A built-in driver has this folder too, and not all of those have one below /sys/module.
            if (await files.ExistsAsync(SysfsPaths.Driver(driver), cancellationToken))
            {
                present.Add(driver);
            }
        }

        if (await files.ExistsAsync($"/sys/module/{NextSetupStep.IommuModule}", cancellationToken))
        {
            present.Add(NextSetupStep.IommuModule);
        }

        return new SetupFacts
        {
            Present = present,
            HasIommu = (await files.ListAsync("/sys/class/iommu", cancellationToken)).Count > 0,
            NoIommuMode = await files.ReadTextAsync(SysfsPaths.NoIommuMode, cancellationToken),
            HasNoIommuGroups = await HasNoIommuGroupsAsync(cancellationToken),
            Lockdown = await files.ReadTextAsync("/sys/kernel/security/lockdown", cancellationToken),
            MayLoadModules = MayLoadModules(await files.ReadTextAsync("/proc/self/status", cancellationToken)),
            KernelRelease = (await files.ReadTextAsync("/proc/sys/kernel/osrelease", cancellationToken))?.Trim() ?? "",
            BootId = (await files.ReadTextAsync(SysfsPaths.BootId, cancellationToken))?.Trim() ?? "",
            VfioTaint = await files.ReadTextAsync("/sys/module/vfio_pci/taint", cancellationToken),
        };
    }

    private async Task<bool> HasNoIommuGroupsAsync(CancellationToken cancellationToken)
    {
        foreach (var group in await files.ListAsync(Groups, cancellationToken))
        {
            if ((await files.ReadTextAsync($"{Groups}/{group}/name", cancellationToken))?.Trim() == "vfio-noiommu")
            {
                return true;
            }
        }

        return false;
    }

    private static bool MayLoadModules(string? status)
    {
        const string label = "CapEff:";
        var line = status?.Split('\n').FirstOrDefault(text => text.StartsWith(label, StringComparison.Ordinal));
        return ulong.TryParse(line?[label.Length..].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var set)
            && (set & (1UL << ModuleCapability)) != 0;
    }
}
