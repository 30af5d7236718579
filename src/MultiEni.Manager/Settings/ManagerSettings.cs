using System.Text.RegularExpressions;
using MultiEni.Api.NodeEnis;
using MultiEni.Manager.Binding;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Host;
using MultiEni.Manager.Pods;
using MultiEni.Operator.Client;
using MultiEni.Operator.Configuration;

namespace MultiEni.Manager.Settings;

/// <summary>
/// How the agent behaves. Names and defaults are those of docs/reference/go-controller.md#settings-of-its-agent where that has them.
/// </summary>
internal sealed record ManagerSettings
{
    /// <summary>The API server.</summary>
    public required KubernetesConfig Kubernetes { get; init; }

    /// <summary>The node on which this agent works.</summary>
    public required string NodeName { get; init; }

    /// <summary>See <see cref="HostChoice"/>.</summary>
    public string Host { get; init; } = HostChoice.Kernel;

    /// <summary>What carries requests to a simulated host in place of sockets; null for sockets.</summary>
    public HttpMessageHandler? HostTransport { get; init; }

    /// <summary>Time between two looks at everything, in case an announcement was lost.</summary>
    public TimeSpan CheckInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>An interface that is never touched, besides those found out; empty for none.</summary>
    public string PrimaryInterface { get; init; } = "";

    /// <summary>Interfaces must match it to be touched.</summary>
    public Regex InterfacePattern { get; init; } =
        new(DefaultPattern, RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));

    /// <summary>Interfaces that are never touched.</summary>
    public IReadOnlyList<string> IgnoredInterfaces { get; init; } = DefaultIgnored.Split(',');

    /// <summary>Whether kernel announcements wake the agent; otherwise it looks only every <see cref="CheckInterval"/>.</summary>
    public bool UseAnnouncements { get; init; } = true;

    /// <summary>Whether devices may be bound to user-space drivers on this node.</summary>
    public bool DpdkEnabled { get; init; } = true;

    /// <summary>The driver when the attachment names none.</summary>
    public string DefaultDriver { get; init; } = DpdkDrivers.VfioPci;

    /// <summary>A script that moves devices between drivers, or <c>native</c>.</summary>
    public string BindingScript { get; init; } = NativeBinding;

    /// <summary>How long that script may run.</summary>
    public TimeSpan BindingScriptLimit { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a write to the kernel may take before the device is given up as stuck.</summary>
    public TimeSpan WriteLimit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a read of the kernel's, or a change of a link, may take on the machine's own clock; then it is reported and tried again.</summary>
    public TimeSpan ReadLimit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Who offers devices to pods.</summary>
    public PublisherChoice DevicePublisher { get; init; } = PublisherChoice.SriovConfig;

    /// <summary>The kubelet's folder, with the socket that tells which pod has which device.</summary>
    public string KubeletRoot { get; init; } = "/var/lib/kubelet";

    /// <summary>Whether the agent may ask the API server about the pods of its node, where the kubelet alone does not tell who has a device.</summary>
    public bool ListPods { get; init; } = true;

    /// <summary>The kubelet's folder of device plugins, which is the same wherever its other folders are.</summary>
    public string DevicePluginsPath { get; init; } = DefaultDevicePluginsPath;

    /// <summary>Where container runtimes look for CDI files.</summary>
    public string CdiRoot { get; init; } = DefaultCdiRoot;

    /// <summary>The agent's pod, which tells apart the sockets of two that run while one replaces the other; empty where that never happens.</summary>
    public string PodUid { get; init; } = "";

    /// <summary>Where the embedded device plugin writes what Multus reads; empty for nowhere.</summary>
    public string DeviceInfoPath { get; init; } = DefaultDeviceInfoPath;

    /// <summary>The SR-IOV device plugin's file.</summary>
    public string DevicePluginFile { get; init; } = "/etc/pcidp/config.json";

    /// <summary>Where the journal is kept.</summary>
    public string JournalPath { get; init; } = "/var/lib/aws-multi-eni-controller/interface-mappings.json";

    /// <summary>Resource by interface, when the attachment names none.</summary>
    public IReadOnlyDictionary<string, string> ResourceNames { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>MTU when neither the attachment nor <see cref="InterfaceMtus"/> names one, in bytes; 0 leaves the kernel's.</summary>
    public int DefaultMtu { get; init; }

    /// <summary>MTU by interface, when the attachment names none.</summary>
    public IReadOnlyDictionary<string, int> InterfaceMtus { get; init; } = new Dictionary<string, int>(StringComparer.Ordinal);

    /// <summary>How long a link may take to be up after it was brought up.</summary>
    public TimeSpan InterfaceUpTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>When a device may be bound without an IOMMU.</summary>
    public NoIommuMode NoIommu { get; init; } = NoIommuMode.Auto;

    /// <summary>Devices that may be touched.</summary>
    public IReadOnlyList<PciIds> AllowedDevices { get; init; } = PciIds.ElasticNetworkAdapters;

    /// <summary>Whether an ena driver that may crash the kernel is accepted (S12).</summary>
    public bool AcceptKnownBadEna { get; init; }

    /// <summary>Labels by which the device plugin's pods are told; one of them suffices.</summary>
    public IReadOnlyList<PodLabel> DevicePluginLabels { get; init; } = [.. DefaultPluginLabels.Split(',').Select(PodLabel.Parse)];

    /// <summary>Namespaces in which the device plugin may run.</summary>
    public IReadOnlyList<string> DevicePluginNamespaces { get; init; } = DefaultPluginNamespaces.Split(',');

    /// <summary>How long changes of the device plugin's file are collected before the plugin is restarted.</summary>
    public TimeSpan DevicePluginRestartDelay { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How often a device plugin that was not there is looked for.</summary>
    public TimeSpan DevicePluginRetryInterval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a hardware address must stay invisible before devices without an interface are considered.</summary>
    public TimeSpan EliminationDelay { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Time until the first repetition of something that failed; it doubles from there.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often a device that has to be given back is looked at while a pod has it: nothing announces the end of that.</summary>
    public TimeSpan InUseInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a change under way may go on after the agent was asked to stop.</summary>
    public TimeSpan GracePeriod { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Where health and metrics are served; <c>0</c> switches it off.</summary>
    public string MetricsAddress { get; init; } = ":8081";

    /// <summary>Called before each write of a change of driver; lets tests end the agent there.</summary>
    public Action<string>? BeforeEachWrite { get; init; }

    internal const string NativeBinding = "native";
    private const string DefaultDevicePluginsPath = "/var/lib/kubelet/device-plugins";
    private const string DefaultCdiRoot = "/var/run/cdi";
    private const string DefaultDeviceInfoPath = "/var/run/k8s.cni.cncf.io/devinfo/dp";
    private const string DefaultPattern = "^(eth|eni|en[a-zA-Z]?)[0-9]+";
    private const string DefaultIgnored = "tunl0,gre0,gretap0,erspan0,ip_vti0,ip6_vti0,sit0,ip6tnl0,ip6gre0";

    /// <summary>Labels of the device plugins that are in use out there.</summary>
    public const string DefaultPluginLabels =
        "app=sriovdp,name=sriov-device-plugin,app=sriov-device-plugin,app=kube-sriov-device-plugin,component=sriov-device-plugin";
    private const string DefaultPluginNamespaces =
        "kube-system,sriov-network-operator,openshift-sriov-network-operator,intel-device-plugins-operator,default";

    /// <summary>Asks for all settings. Call <see cref="SettingsReader.Finish"/> afterwards.</summary>
    public static ManagerSettings Read(SettingsReader reader, Func<string, string?> environment)
    {
        var defaults = new { Ids = string.Join(',', PciIds.ElasticNetworkAdapters), Node = System.Net.Dns.GetHostName() };
        var kubeconfig = reader.Text("kubeconfig", null, "", "Kubernetes configuration file; empty for the pod's service account");
        var host = reader.Parsed(
            "host",
            "ENI_MANAGER_HOST",
            HostChoice.Kernel,
            HostChoice.Parse,
            "The host to act on: kernel, or a simulated host's loopback address"
        );
        return new ManagerSettings
        {
            Kubernetes = reader.HelpRequested
                ? new KubernetesConfig { Server = new Uri("http://127.0.0.1/"), Source = "help" }
                : KubernetesConfig.Load(kubeconfig, environment),
            NodeName = reader.Text("node-name", "NODE_NAME", defaults.Node, "Name of the node on which this agent works"),
            Host = host,
            CheckInterval = reader.Duration(
                "check-interval",
                "CHECK_INTERVAL",
                TimeSpan.FromSeconds(30),
                TimeSpan.FromSeconds(1),
                "Time between two looks at everything"
            ),
            PrimaryInterface = reader.Text("primary-interface", "PRIMARY_INTERFACE", "", "An interface never to touch, besides those found out"),
            InterfacePattern = reader.Parsed("eni-pattern", "ENI_PATTERN", DefaultPattern, Pattern, "Only interfaces that match are touched"),
            IgnoredInterfaces = reader.List("ignore-interfaces", "IGNORE_INTERFACES", DefaultIgnored, "Interfaces never to touch"),
            UseAnnouncements = reader.Boolean(
                "use-netlink",
                "USE_NETLINK",
                true,
                "React to kernel announcements; false looks only every check-interval"
            ),
            DpdkEnabled = reader.Boolean("enable-dpdk", "ENABLE_DPDK", true, "Whether devices may be bound to user-space drivers on this node"),
            DefaultDriver = reader.Choice(
                "default-dpdk-driver",
                "DEFAULT_DPDK_DRIVER",
                DpdkDrivers.VfioPci,
                [DpdkDrivers.VfioPci, DpdkDrivers.IgbUio, DpdkDrivers.UioPciGeneric],
                "Driver when an attachment names none"
            ),
            BindingScript = reader.Parsed(
                "dpdk-binding-script",
                "DPDK_BINDING_SCRIPT",
                NativeBinding,
                text => Script(text, host),
                "native, or the path of a script called with -b DRIVER ADDRESS"
            ),
            BindingScriptLimit = reader.Duration(
                "dpdk-binding-timeout",
                "DPDK_BINDING_TIMEOUT",
                TimeSpan.FromSeconds(60),
                TimeSpan.FromSeconds(1),
                "How long that script may run"
            ),
            DevicePublisher = reader.Choice(
                "device-publisher",
                "DEVICE_PUBLISHER",
                "sriov-config",
                ["sriov-config", "embedded", "dra", "none"],
                "Who offers devices to pods: the SR-IOV device plugin by its file, this program as a device plugin or as a DRA driver, or nobody"
            ) switch
            {
                "embedded" => PublisherChoice.Embedded,
                "dra" => PublisherChoice.Dra,
                "none" => PublisherChoice.None,
                _ => PublisherChoice.SriovConfig,
            },
            ListPods = reader.Boolean(
                "list-pods",
                "LIST_PODS",
                true,
                "Whether pods may be listed where the kubelet does not tell who has a device; false where the agent's role does not allow it"
            ),
            KubeletRoot = reader.Parsed(
                "kubelet-root",
                "KUBELET_ROOT",
                "/var/lib/kubelet",
                AbsolutePath,
                "The kubelet's folder (its --root-dir), with the pod-resources socket"
            ),
            DevicePluginsPath = reader.Parsed(
                "device-plugins-path",
                "DEVICE_PLUGINS_PATH",
                DefaultDevicePluginsPath,
                AbsolutePath,
                "The kubelet's folder of device plugins, which does not follow its --root-dir"
            ),
            CdiRoot = reader.Parsed(
                "cdi-root",
                "CDI_ROOT",
                DefaultCdiRoot,
                AbsolutePath,
                "The folder of CDI files that container runtimes read (DRA)"
            ),
            PodUid = reader.Text("pod-uid", "POD_UID", "", "Uid of the agent's pod, where two may run at a time while one replaces the other (DRA)"),
            DeviceInfoPath = reader.Parsed(
                "device-info-path",
                "DEVICE_INFO_PATH",
                DefaultDeviceInfoPath,
                text => text == "0" ? "" : AbsolutePath(text),
                "Where the embedded device plugin writes what Multus reads; 0 for nowhere"
            ),
            DevicePluginFile = reader.Parsed(
                "sriov-dp-config-path",
                "SRIOV_DP_CONFIG_PATH",
                "/etc/pcidp/config.json",
                AbsolutePath,
                "The SR-IOV device plugin's file"
            ),
            JournalPath = reader.Parsed(
                "interface-mapping-store-path",
                "INTERFACE_MAPPING_STORE_PATH",
                "/var/lib/aws-multi-eni-controller/interface-mappings.json",
                AbsolutePath,
                "Where the journal of bound devices is kept; must survive the pod"
            ),
            ResourceNames = reader.Parsed(
                "dpdk-resource-names",
                "DPDK_RESOURCE_NAMES",
                "",
                Pairs,
                "Default resource by interface, eth1:prefix/name,..."
            ),
            DefaultMtu = reader.Integer("default-mtu", "DEFAULT_MTU", 0, 0, 9216, "MTU when nothing names one; 0 leaves the kernel's"),
            InterfaceMtus = reader.Parsed("interface-mtus", "INTERFACE_MTUS", "", Mtus, "Default MTU by interface, eth1:9001,..."),
            InterfaceUpTimeout = reader.Duration(
                "interface-up-timeout",
                "INTERFACE_UP_TIMEOUT",
                TimeSpan.FromSeconds(2),
                TimeSpan.FromMilliseconds(1),
                "How long a link may take to be up"
            ),
            NoIommu = Enum.Parse<NoIommuMode>(
                reader.Choice("noiommu-mode", "NOIOMMU_MODE", "auto", ["auto", "always", "never"], "When a device may be bound without an IOMMU"),
                ignoreCase: true
            ),
            AllowedDevices = reader.Parsed("allowed-devices", "ALLOWED_DEVICES", defaults.Ids, Ids, "Devices that may be touched, vendor:device,..."),
            AcceptKnownBadEna = reader.Boolean(
                "accept-known-bad-ena",
                "ACCEPT_KNOWN_BAD_ENA",
                false,
                "Bind with an ena driver that may crash the kernel (2.17.0, 2.17.1)"
            ),
            DevicePluginLabels = reader.Parsed(
                "device-plugin-labels",
                "DEVICE_PLUGIN_LABELS",
                DefaultPluginLabels,
                Labels,
                "Labels of the device plugin's pods; one suffices"
            ),
            DevicePluginNamespaces = reader.List(
                "device-plugin-namespaces",
                "DEVICE_PLUGIN_NAMESPACES",
                DefaultPluginNamespaces,
                "Namespaces in which the device plugin may run"
            ),
            DevicePluginRestartDelay = reader.Duration(
                "device-plugin-restart-delay",
                "DEVICE_PLUGIN_RESTART_DELAY",
                TimeSpan.FromSeconds(2),
                TimeSpan.Zero,
                "How long changes are collected before the device plugin is restarted"
            ),
            MetricsAddress = reader.Text("metrics-addr", "METRICS_ADDR", ":8081", "Address of /healthz, /readyz and /metrics; 0 for none"),
        };
    }

    private static Regex Pattern(string text)
    {
        try
        {
            return new Regex(text, RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
        }
        catch (ArgumentException error)
        {
            throw new FormatException($"a regular expression ({error.Message})", error);
        }
    }

    // A script knows this machine's /sys only.
    private static string Script(string text, string host) =>
        text == NativeBinding ? text
        : HostChoice.IsSimulated(host) ? throw new FormatException("native with a simulated host: a script would act on the devices of this machine")
        : AbsolutePath(text);

    internal static string AbsolutePath(string text) => Path.IsPathFullyQualified(text) ? text : throw new FormatException("an absolute path");

    private static IReadOnlyList<PciIds> Ids(string text) => [.. Parts(text).Select(PciIds.Parse)];

    private static IReadOnlyList<PodLabel> Labels(string text) => [.. Parts(text).Select(PodLabel.Parse)];

    private static Dictionary<string, string> Pairs(string text)
    {
        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in Parts(text))
        {
            var colon = part.IndexOf(':');
            if (colon <= 0 || colon == part.Length - 1)
            {
                throw new FormatException($"interface:value,... and not '{part}'");
            }

            pairs[part[..colon].Trim()] = part[(colon + 1)..].Trim();
        }

        return pairs;
    }

    private static Dictionary<string, int> Mtus(string text) =>
        Pairs(text)
            .ToDictionary(
                pair => pair.Key,
                pair =>
                    int.TryParse(pair.Value, out var mtu) && mtu is >= 576 and <= 9216
                        ? mtu
                        : throw new FormatException($"an MTU between 576 and 9216 for {pair.Key}"),
                StringComparer.Ordinal
            );

    private static string[] Parts(string text) => text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}

/// <summary>Who offers devices to pods.</summary>
internal enum PublisherChoice
{
    /// <summary>The SR-IOV device plugin, by its file.</summary>
    SriovConfig,

    /// <summary>This program, as a device plugin of its own.</summary>
    Embedded,

    /// <summary>This program, as a DRA driver.</summary>
    Dra,

    /// <summary>Nobody: devices are bound and left at that.</summary>
    None,
}
