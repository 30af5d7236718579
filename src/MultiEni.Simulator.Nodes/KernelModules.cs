namespace MultiEni.Simulator.Nodes;

/// <summary>Loaded modules and their parameters. Guarded by its host's lock.</summary>
internal sealed class KernelModules(SimulatedHostOptions options)
{
    private readonly SortedSet<string> _loaded = new(StringComparer.Ordinal);

    internal IReadOnlyCollection<string> Loaded => _loaded;

    internal bool NoIommuEnabled { get; set; }

    internal bool HasNoIommuParameter => options.NoIommuSupported && IsLoaded("vfio");

    internal string EnaVersion => options.EnaVersion;

    internal void Start()
    {
        _loaded.Clear();
        NoIommuEnabled = options.NoIommuSupported && options.NoIommuEnabled;
        foreach (var module in options.Modules.Prepend("nvme").Prepend("ena"))
        {
            Load(module);
        }
    }

    internal void Load(string module) => _loaded.UnionWith(PciDrivers.WithDependencies(module));

    internal bool IsLoaded(string module) => _loaded.Contains(module);

    internal bool HasDriver(string driver) => PciDrivers.ModuleOf(driver) is { } module && IsLoaded(module);

    /// <summary>A boolean parameter takes what kstrtobool takes.</summary>
    internal int WriteNoIommu(string text)
    {
        switch (text.Trim() is { Length: > 0 } value ? value[0] : ' ')
        {
            case 'y' or 'Y' or 't' or 'T' or '1':
                NoIommuEnabled = true;
                return LinuxErrors.None;
            case 'n' or 'N' or 'f' or 'F' or '0':
                NoIommuEnabled = false;
                return LinuxErrors.None;
            default:
                return LinuxErrors.Invalid;
        }
    }
}
