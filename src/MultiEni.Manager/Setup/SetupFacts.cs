using MultiEni.Manager.Host;

namespace MultiEni.Manager.Setup;

/// <summary>What the host shows, and what was tried on it already.</summary>
internal sealed record SetupFacts
{
    /// <summary>Modules that are there: loaded, or built into the kernel.</summary>
    public IReadOnlySet<string> Present { get; init; } = new HashSet<string>(StringComparer.Ordinal);

    /// <summary>Whether devices of this host are behind an IOMMU.</summary>
    public bool HasIommu { get; init; }

    /// <summary>Text of the switch of no-IOMMU mode; null when the kernel has none, or vfio is not loaded.</summary>
    public string? NoIommuMode { get; init; }

    /// <summary>Whether a device is bound in no-IOMMU mode.</summary>
    public bool HasNoIommuGroups { get; init; }

    /// <summary>Text of the kernel's lockdown file, such as <c>[none] integrity confidentiality</c>; null without one.</summary>
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

    /// <summary>What the kernel answered when no-IOMMU mode was switched; null when it was not tried.</summary>
    public Errno? SwitchAnswer { get; init; }

    /// <summary>Whether no-IOMMU mode is on.</summary>
    public bool NoIommuIsOn => NoIommuMode?.Trim() is "Y" or "y" or "1";

    /// <summary>Whether the kernel refuses what is not signed.</summary>
    public bool IsLockedDown => Lockdown is not null && !Lockdown.Contains("[none]", StringComparison.Ordinal);
}
