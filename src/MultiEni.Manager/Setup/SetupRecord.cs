using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using MultiEni.Api.NodeEnis;
using MultiEni.Manager.Binding;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Host;

namespace MultiEni.Manager.Setup;

/// <summary>
/// What a run of the setup switched on, so that it can be taken back and nothing else is, and why
/// the node could not be made ready.
/// </summary>
/// <remarks>A wire type: setters, see <c>ObjectMeta</c>.</remarks>
internal sealed record SetupRecord
{
    /// <summary>The boot in which no-IOMMU mode was switched on; empty when it was not.</summary>
    public string NoIommuSwitchedOnIn { get; set; } = "";

    /// <summary>Why the node could not be made ready; empty when it was.</summary>
    public string Problem { get; set; } = "";

    /// <summary>The boot of the last run.</summary>
    public string BootId { get; set; } = "";

    /// <summary>
    /// Why the CNI plugin of this release is not on the node; empty when it is, or is not wanted.
    /// </summary>
    public string PluginProblem { get; set; } = "";

    /// <summary>Where it is, for a journal at this path.</summary>
    public static string PathBeside(string journal) => Path.Combine(Path.GetDirectoryName(journal)!, "setup.json");

    /// <summary>
    /// Reads it; an unreadable one counts as none, since it only ever allows to take something
    /// back.
    /// </summary>
    public static SetupRecord Read(string path)
    {
        try
        {
            return DurableFile.Read(path) is { } text ? JsonSerializer.Deserialize(text, SetupJson.Default.SetupRecord) ?? new() : new();
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            return new();
        }
    }

    /// <summary>Writes it.</summary>
    public void Write(string path) => DurableFile.Replace(path, JsonSerializer.Serialize(this, SetupJson.Default.SetupRecord));
}

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
            // A built-in driver has this folder too, and not all of those have one below
            // /sys/module.
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

/// <summary>What the host shows, and what was tried on it already.</summary>
internal sealed record SetupFacts
{
    /// <summary>Modules that are there: loaded, or built into the kernel.</summary>
    public IReadOnlySet<string> Present { get; init; } = new HashSet<string>(StringComparer.Ordinal);

    /// <summary>Whether devices of this host are behind an IOMMU.</summary>
    public bool HasIommu { get; init; }

    /// <summary>
    /// Text of the switch of no-IOMMU mode; null when the kernel has none, or vfio is not loaded.
    /// </summary>
    public string? NoIommuMode { get; init; }

    /// <summary>Whether a device is bound in no-IOMMU mode.</summary>
    public bool HasNoIommuGroups { get; init; }

    /// <summary>
    /// Text of the kernel's lockdown file, such as <c>[none] integrity confidentiality</c>; null
    /// without one.
    /// </summary>
    public string? Lockdown { get; init; }

    /// <summary>Whether this program may load modules (CAP_SYS_MODULE).</summary>
    public bool MayLoadModules { get; init; }

    /// <summary>The kernel's release, such as <c>6.12.40-64.114.amzn2023.x86_64</c>.</summary>
    public string KernelRelease { get; init; } = "";

    /// <summary>The present boot.</summary>
    public string BootId { get; init; } = "";

    /// <summary>Text of <c>/sys/module/vfio_pci/taint</c>; null where it is not shown.</summary>
    public string? VfioTaint { get; init; }

    /// <summary>What came of the modules that were tried.</summary>
    public IReadOnlyDictionary<string, ModuleLoad> Tried { get; init; } = new Dictionary<string, ModuleLoad>(StringComparer.Ordinal);

    /// <summary>
    /// What the kernel answered when no-IOMMU mode was switched; null when it was not tried.
    /// </summary>
    public Errno? SwitchAnswer { get; init; }

    /// <summary>Whether no-IOMMU mode is on.</summary>
    public bool NoIommuIsOn => NoIommuMode?.Trim() is "Y" or "y" or "1";

    /// <summary>Whether the kernel refuses what is not signed.</summary>
    public bool IsLockedDown => Lockdown is not null && !Lockdown.Contains("[none]", StringComparison.Ordinal);
}

/// <summary>How the record is written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(SetupRecord))]
internal sealed partial class SetupJson : JsonSerializerContext;
