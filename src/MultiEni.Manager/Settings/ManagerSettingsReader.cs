using MultiEni.Api.NodeEnis;
using MultiEni.Ipam.Protocol;
using MultiEni.Manager.Binding;
using MultiEni.Manager.Host;
using MultiEni.Operator.Client;
using MultiEni.Operator.Configuration;

namespace MultiEni.Manager.Settings;

/// <summary>
/// Reads <see cref="ManagerSettings"/>, group by group. The defaults are those of the properties.
/// </summary>
internal static class ManagerSettingsReader
{
    /// <summary>Asks for all settings.</summary>
    public static ManagerSettings Read(SettingsReader reader, Func<string, string?> environment)
    {
        var kubeconfig = reader.Text("kubeconfig", null, "", "Kubernetes configuration file; empty for the pod's service account");
        var defaults = new ManagerSettings
        {
            Kubernetes = reader.HelpRequested
                ? new KubernetesConfig { Server = new Uri("http://127.0.0.1/"), Source = "help" }
                : KubernetesConfig.Load(kubeconfig, environment),
            NodeName = reader.Text("node-name", "NODE_NAME", System.Net.Dns.GetHostName(), "Name of the node on which this agent works"),
        };
        return Plugin(reader, Advertising(reader, Drivers(reader, Links(reader, Node(reader, defaults)))));
    }

    private static ManagerSettings Node(SettingsReader reader, ManagerSettings settings) =>
        settings with
        {
            Host = reader.Parsed(
                "host",
                "ENI_MANAGER_HOST",
                settings.Host,
                HostChoice.Parse,
                "The host to act on: kernel, or a simulated host's loopback address"
            ),
            CheckInterval = reader.Duration(
                "check-interval",
                "CHECK_INTERVAL",
                settings.CheckInterval,
                TimeSpan.FromSeconds(1),
                "Time between two full checks of the node"
            ),
            UseAnnouncements = reader.Boolean(
                "use-netlink",
                "USE_NETLINK",
                settings.UseAnnouncements,
                "React to kernel events; false checks only every check-interval"
            ),
            MetricsAddress = reader.Text(
                "metrics-addr",
                "METRICS_ADDR",
                settings.MetricsAddress,
                "Address of /healthz, /readyz and /metrics; 0 for none"
            ),
        };

    private static ManagerSettings Links(SettingsReader reader, ManagerSettings settings) =>
        settings with
        {
            PrimaryInterface = reader.Text(
                "primary-interface",
                "PRIMARY_INTERFACE",
                settings.PrimaryInterface,
                "An interface never to touch, in addition to the detected primary one"
            ),
            InterfacePattern = reader.Parsed(
                "eni-pattern",
                "ENI_PATTERN",
                settings.InterfacePattern.ToString(),
                SettingFormats.Pattern,
                "Only interfaces that match are touched"
            ),
            IgnoredInterfaces = reader.List(
                "ignore-interfaces",
                "IGNORE_INTERFACES",
                string.Join(',', settings.IgnoredInterfaces),
                "Interfaces never to touch"
            ),
            DefaultMtu = reader.Integer(
                "default-mtu",
                "DEFAULT_MTU",
                settings.DefaultMtu,
                0,
                9216,
                "MTU when nothing names one; 0 leaves the kernel's"
            ),
            InterfaceMtus = reader.Parsed("interface-mtus", "INTERFACE_MTUS", "", SettingFormats.Mtus, "Default MTU by interface, eth1:9001,..."),
            InterfaceUpTimeout = reader.Duration(
                "interface-up-timeout",
                "INTERFACE_UP_TIMEOUT",
                settings.InterfaceUpTimeout,
                TimeSpan.FromMilliseconds(1),
                "How long a link may take to be up"
            ),
        };

    private static ManagerSettings Drivers(SettingsReader reader, ManagerSettings settings) =>
        settings with
        {
            DpdkEnabled = reader.Boolean(
                "enable-dpdk",
                "ENABLE_DPDK",
                settings.DpdkEnabled,
                "Whether devices may be bound to user-space drivers on this node"
            ),
            DefaultDriver = reader.Choice(
                "default-dpdk-driver",
                "DEFAULT_DPDK_DRIVER",
                settings.DefaultDriver,
                [DpdkDrivers.VfioPci, DpdkDrivers.IgbUio, DpdkDrivers.UioPciGeneric],
                "Driver when an attachment names none"
            ),
            BindingScript = reader.Parsed(
                "dpdk-binding-script",
                "DPDK_BINDING_SCRIPT",
                settings.BindingScript,
                text => Script(text, settings.Host),
                "native, or the path of a script called with -b DRIVER ADDRESS"
            ),
            BindingScriptLimit = reader.Duration(
                "dpdk-binding-timeout",
                "DPDK_BINDING_TIMEOUT",
                settings.BindingScriptLimit,
                TimeSpan.FromSeconds(1),
                "How long that script may run"
            ),
            JournalPath = reader.Parsed(
                "interface-mapping-store-path",
                "INTERFACE_MAPPING_STORE_PATH",
                settings.JournalPath,
                SettingFormats.AbsolutePath,
                "Where the journal of bound devices is kept; must survive the pod"
            ),
            NoIommu = Named(
                reader,
                "noiommu-mode",
                "NOIOMMU_MODE",
                [("auto", NoIommuMode.Auto), ("always", NoIommuMode.Always), ("never", NoIommuMode.Never)],
                settings.NoIommu,
                "When a device may be bound without an IOMMU"
            ),
            AllowedDevices = reader.Parsed(
                "allowed-devices",
                "ALLOWED_DEVICES",
                string.Join(',', settings.AllowedDevices),
                SettingFormats.Ids,
                "Devices that may be touched, vendor:device,..."
            ),
            AcceptKnownBadEna = reader.Boolean(
                "accept-known-bad-ena",
                "ACCEPT_KNOWN_BAD_ENA",
                settings.AcceptKnownBadEna,
                "Bind with an ena driver that may crash the kernel (2.17.0, 2.17.1)"
            ),
        };

    private static ManagerSettings Advertising(SettingsReader reader, ManagerSettings settings) =>
        settings with
        {
            DevicePublisher = Named(
                reader,
                "device-publisher",
                "DEVICE_PUBLISHER",
                [
                    ("sriov-config", PublisherChoice.SriovConfig),
                    ("embedded", PublisherChoice.Embedded),
                    ("dra", PublisherChoice.Dra),
                    ("none", PublisherChoice.None),
                ],
                settings.DevicePublisher,
                "How devices are advertised to pods: by the SR-IOV device plugin and its file, by this program as a device plugin or as a DRA driver, or not at all"
            ),
            ResourceNames = reader.Parsed(
                "dpdk-resource-names",
                "DPDK_RESOURCE_NAMES",
                "",
                SettingFormats.Pairs,
                "Default resource by interface, eth1:prefix/name,..."
            ),
            ListPods = reader.Boolean(
                "list-pods",
                "LIST_PODS",
                settings.ListPods,
                "Whether pods may be listed when the kubelet does not tell who has a device; false if the agent's role does not allow it"
            ),
            KubeletRoot = reader.Parsed(
                "kubelet-root",
                "KUBELET_ROOT",
                settings.KubeletRoot,
                SettingFormats.AbsolutePath,
                "The kubelet's folder (its --root-dir), with the pod-resources socket"
            ),
            DevicePluginsPath = reader.Parsed(
                "device-plugins-path",
                "DEVICE_PLUGINS_PATH",
                settings.DevicePluginsPath,
                SettingFormats.AbsolutePath,
                "The kubelet's folder of device plugins, which does not follow its --root-dir"
            ),
            CdiRoot = reader.Parsed(
                "cdi-root",
                "CDI_ROOT",
                settings.CdiRoot,
                SettingFormats.AbsolutePath,
                "The directory of CDI files that container runtimes read (DRA)"
            ),
            PodUid = reader.Text(
                "pod-uid",
                "POD_UID",
                settings.PodUid,
                "UID of the agent's pod, if two may run at a time while one replaces the other (DRA)"
            ),
            DeviceInfoPath = reader.Parsed(
                "device-info-path",
                "DEVICE_INFO_PATH",
                settings.DeviceInfoPath,
                text => text == "0" ? "" : SettingFormats.AbsolutePath(text),
                "Where the embedded device plugin writes what Multus reads; 0 for nowhere"
            ),
            IpamSocket = reader.Parsed(
                "ipam-socket",
                "IPAM_SOCKET",
                // A simulated node shares this machine with others.
                settings.Host == HostChoice.Kernel
                    ? IpamPaths.Socket
                    : "0",
                text => text == "0" ? "" : SettingFormats.AbsolutePath(text),
                "Socket on which the CNI plugin eni-ipam asks for addresses of ENIs; 0 for none"
            ),
        };

    private static ManagerSettings Plugin(SettingsReader reader, ManagerSettings settings) =>
        settings with
        {
            DevicePluginFile = reader.Parsed(
                "sriov-dp-config-path",
                "SRIOV_DP_CONFIG_PATH",
                settings.DevicePluginFile,
                SettingFormats.AbsolutePath,
                "The SR-IOV device plugin's file"
            ),
            DevicePluginLabels = reader.Parsed(
                "device-plugin-labels",
                "DEVICE_PLUGIN_LABELS",
                ManagerSettings.DefaultPluginLabels,
                SettingFormats.Labels,
                "Labels of the device plugin's pods; one suffices"
            ),
            DevicePluginNamespaces = reader.List(
                "device-plugin-namespaces",
                "DEVICE_PLUGIN_NAMESPACES",
                string.Join(',', settings.DevicePluginNamespaces),
                "Namespaces in which the device plugin may run"
            ),
            DevicePluginRestartDelay = reader.Duration(
                "device-plugin-restart-delay",
                "DEVICE_PLUGIN_RESTART_DELAY",
                settings.DevicePluginRestartDelay,
                TimeSpan.Zero,
                "How long changes are collected before the device plugin is restarted"
            ),
        };

    private static T Named<T>(
        SettingsReader reader,
        string flag,
        string variable,
        IReadOnlyList<(string Name, T Value)> choices,
        T fallback,
        string help
    )
        where T : struct, Enum
    {
        var name = choices.First(choice => choice.Value.Equals(fallback)).Name;
        var chosen = reader.Choice(flag, variable, name, [.. choices.Select(choice => choice.Name)], help);
        return choices.First(choice => choice.Name == chosen).Value;
    }

    // A script knows this machine's /sys only.
    private static string Script(string text, string host) =>
        text == ManagerSettings.NativeBinding ? text
        : HostChoice.IsSimulated(host) ? throw new FormatException("native with a simulated host: a script would act on the devices of this machine")
        : SettingFormats.AbsolutePath(text);
}
