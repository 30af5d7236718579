using MultiEni.Api.NodeEnis;
using MultiEni.Manager.Binding;
using MultiEni.Manager.Host;
using MultiEni.Manager.Settings;
using MultiEni.Operator.Configuration;

namespace MultiEni.Manager.Setup;

/// <summary>
/// What <c>eni-manager setup</c> is to do, under the names that the ENI manager itself has for it.
/// </summary>
internal sealed record SetupSettings
{
    /// <summary>See <see cref="HostChoice"/>.</summary>
    public string Host { get; init; } = HostChoice.Kernel;

    /// <summary>
    /// Whether devices may be bound to user-space drivers on this node; otherwise there is nothing
    /// to set up.
    /// </summary>
    public bool DpdkEnabled { get; init; } = true;

    /// <summary>Drivers whose modules are loaded.</summary>
    public IReadOnlyList<string> Drivers { get; init; } = [DpdkDrivers.VfioPci];

    /// <summary>Whether no-IOMMU mode may be switched on.</summary>
    public NoIommuMode NoIommu { get; init; } = NoIommuMode.Auto;

    /// <summary>The node's folder of CNI plugins, into which ours is put; empty for nowhere.</summary>
    public string CniBinPath { get; init; } = "/opt/cni/bin";

    /// <summary>Where it is noted what was switched on; lost without harm.</summary>
    public string RecordPath { get; init; } = "";

    /// <summary>
    /// Whether a node that cannot be made ready is a failure; otherwise it is noted for the ENI
    /// manager.
    /// </summary>
    public bool Required { get; init; } = true;

    /// <summary>Take back what an earlier run did.</summary>
    public bool Undo { get; init; }

    /// <summary>How long loading one module may take.</summary>
    public TimeSpan ModuleLimit { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Asks for all settings. Call <see cref="SettingsReader.Finish"/> afterwards.
    /// </summary>
    public static SetupSettings Read(SettingsReader reader)
    {
        string[] known = [DpdkDrivers.VfioPci, DpdkDrivers.IgbUio, DpdkDrivers.UioPciGeneric];
        var host = reader.Parsed(
            "host",
            "ENI_MANAGER_HOST",
            HostChoice.Kernel,
            OfKernel,
            "The host to act on: kernel, or kernel:/folder where the host's root is mounted"
        );
        var enabled = reader.Boolean("enable-dpdk", "ENABLE_DPDK", true, "Whether devices may be bound to user-space drivers on this node");
        var standard = reader.Choice(
            "default-dpdk-driver",
            "DEFAULT_DPDK_DRIVER",
            DpdkDrivers.VfioPci,
            known,
            "Driver when an attachment names none"
        );
        var drivers = reader.Parsed("dpdk-drivers", "DPDK_DRIVERS", standard, Drivers, "Drivers whose modules are loaded");
        var mode = reader.Choice("noiommu-mode", "NOIOMMU_MODE", "auto", ["auto", "always", "never"], "When a device may be bound without an IOMMU");
        var journal = reader.Parsed(
            "interface-mapping-store-path",
            "INTERFACE_MAPPING_STORE_PATH",
            "/var/lib/aws-multi-eni-controller/interface-mappings.json",
            SettingFormats.AbsolutePath,
            "Beside this file it is noted what was switched on"
        );
        return new SetupSettings
        {
            Host = host,
            DpdkEnabled = enabled,
            Drivers = drivers,
            NoIommu = Enum.Parse<NoIommuMode>(mode, ignoreCase: true),
            RecordPath = SetupRecord.PathBeside(journal),
            CniBinPath = reader.Parsed(
                "cni-bin-path",
                "CNI_BIN_PATH",
                "/opt/cni/bin",
                text => text == "0" ? "" : SettingFormats.AbsolutePath(text),
                "The node's folder of CNI plugins, into which eni-ipam is put if the folder exists; 0 for nowhere"
            ),
            Required = reader.Boolean(
                "required",
                "DPDK_SETUP_REQUIRED",
                true,
                "Whether to fail when the node cannot be made ready; false notes the reason for the ENI manager, whose ENIs without DPDK need none of it"
            ),
            Undo = reader.Boolean("undo", null, false, "Take back what an earlier run switched on"),
        };

        static string OfKernel(string text) =>
            HostChoice.IsSimulated(HostChoice.Parse(text))
                ? throw new FormatException(
                    "'kernel' or 'kernel:/folder': a simulated host has no kernel, and the modules of this machine are not loaded for it"
                )
                : text;

        string[] Drivers(string text)
        {
            var named = text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            return named.Length > 0 && named.All(known.Contains) ? named : throw new FormatException($"a list of {string.Join(", ", known)}");
        }
    }
}
