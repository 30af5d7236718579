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
/// How the agent behaves. Names and defaults are those of
/// docs/reference/go-controller.md#settings-of-its-agent where that has them.
/// </summary>
internal sealed record ManagerSettings
{
    /// <summary>The API server.</summary>
    public required KubernetesConfig Kubernetes { get; init; }

    /// <summary>The node on which this agent works.</summary>
    public required string NodeName { get; init; }

    /// <summary>See <see cref="HostChoice"/>.</summary>
    public string Host { get; init; } = HostChoice.Kernel;

    /// <summary>
    /// What carries requests to a simulated host in place of sockets; null for sockets.
    /// </summary>
    public HttpMessageHandler? HostTransport { get; init; }

    /// <summary>Time between two looks at everything, in case an announcement was lost.</summary>
    public TimeSpan CheckInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// An interface that is never touched, besides those found out; empty for none.
    /// </summary>
    public string PrimaryInterface { get; init; } = "";

    /// <summary>Interfaces must match it to be touched.</summary>
    public Regex InterfacePattern { get; init; } = SettingFormats.Pattern("^(eth|eni|en[a-zA-Z]?)[0-9]+");

    /// <summary>Interfaces that are never touched.</summary>
    public IReadOnlyList<string> IgnoredInterfaces { get; init; } =
    ["tunl0", "gre0", "gretap0", "erspan0", "ip_vti0", "ip6_vti0", "sit0", "ip6tnl0", "ip6gre0"];

    /// <summary>
    /// Whether kernel announcements wake the agent; otherwise it looks only every
    /// <see cref="CheckInterval"/>.
    /// </summary>
    public bool UseAnnouncements { get; init; } = true;

    /// <summary>Whether devices may be bound to user-space drivers on this node.</summary>
    public bool DpdkEnabled { get; init; } = true;

    /// <summary>The driver when the attachment names none.</summary>
    public string DefaultDriver { get; init; } = DpdkDrivers.VfioPci;

    /// <summary>A script that moves devices between drivers, or <c>native</c>.</summary>
    public string BindingScript { get; init; } = NativeBinding;

    /// <summary>How long that script may run.</summary>
    public TimeSpan BindingScriptLimit { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// How long a write to the kernel may take before the device is given up as stuck.
    /// </summary>
    public TimeSpan WriteLimit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long a read of the kernel's, or a change of a link, may take on the machine's own clock;
    /// then it is reported and tried again.
    /// </summary>
    public TimeSpan ReadLimit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Who offers devices to pods.</summary>
    public PublisherChoice DevicePublisher { get; init; } = PublisherChoice.SriovConfig;

    /// <summary>
    /// The kubelet's folder, with the socket that tells which pod has which device.
    /// </summary>
    public string KubeletRoot { get; init; } = "/var/lib/kubelet";

    /// <summary>
    /// Whether the agent may ask the API server about the pods of its node, where the kubelet alone
    /// does not tell who has a device.
    /// </summary>
    public bool ListPods { get; init; } = true;

    /// <summary>
    /// The kubelet's folder of device plugins, which is the same wherever its other folders are.
    /// </summary>
    public string DevicePluginsPath { get; init; } = "/var/lib/kubelet/device-plugins";

    /// <summary>Where container runtimes look for CDI files.</summary>
    public string CdiRoot { get; init; } = "/var/run/cdi";

    /// <summary>
    /// The agent's pod, which tells apart the sockets of two that run while one replaces the other;
    /// empty where that never happens.
    /// </summary>
    public string PodUid { get; init; } = "";

    /// <summary>
    /// Where the embedded device plugin writes what Multus reads; empty for nowhere.
    /// </summary>
    public string DeviceInfoPath { get; init; } = "/var/run/k8s.cni.cncf.io/devinfo/dp";

    /// <summary>
    /// The socket on which the CNI plugin eni-ipam asks for pods' addresses; empty for none.
    /// </summary>
    public string IpamSocket { get; init; } = "";

    /// <summary>The SR-IOV device plugin's file.</summary>
    public string DevicePluginFile { get; init; } = "/etc/pcidp/config.json";

    /// <summary>Where the journal is kept.</summary>
    public string JournalPath { get; init; } = "/var/lib/aws-multi-eni-controller/interface-mappings.json";

    /// <summary>
    /// Beside the journal: what containers are told of their ENIs. The kubelet must find it under the
    /// same path.
    /// </summary>
    public string NetworkFilesPath => Path.Combine(Path.GetDirectoryName(JournalPath) ?? "/", "networks");

    /// <summary>Resource by interface, when the attachment names none.</summary>
    public IReadOnlyDictionary<string, string> ResourceNames { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>
    /// MTU when neither the attachment nor <see cref="InterfaceMtus"/> names one, in bytes; 0
    /// leaves the kernel's.
    /// </summary>
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
    public IReadOnlyList<PodLabel> DevicePluginLabels { get; init; } = SettingFormats.Labels(DefaultPluginLabels);

    /// <summary>Namespaces in which the device plugin may run.</summary>
    public IReadOnlyList<string> DevicePluginNamespaces { get; init; } =
    ["kube-system", "sriov-network-operator", "openshift-sriov-network-operator", "intel-device-plugins-operator", "default"];

    /// <summary>
    /// How long changes of the device plugin's file are collected before the plugin is restarted.
    /// </summary>
    public TimeSpan DevicePluginRestartDelay { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How often a device plugin that was not there is looked for.</summary>
    public TimeSpan DevicePluginRetryInterval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// How long a hardware address must stay invisible before devices without an interface are
    /// considered.
    /// </summary>
    public TimeSpan EliminationDelay { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Time until the first repetition of something that failed; it doubles from there.
    /// </summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How often a device that has to be given back is looked at while a pod has it: nothing
    /// announces the end of that.
    /// </summary>
    public TimeSpan InUseInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a change under way may go on after the agent was asked to stop.</summary>
    public TimeSpan GracePeriod { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Where health and metrics are served; <c>0</c> switches it off.</summary>
    public string MetricsAddress { get; init; } = ":8081";

    /// <summary>
    /// Called before each write of a change of driver; lets tests end the agent there.
    /// </summary>
    public Action<string>? BeforeEachWrite { get; init; }

    /// <summary>How the binding script is called that is none.</summary>
    internal const string NativeBinding = "native";

    /// <summary>Labels of the device plugins that are in use out there.</summary>
    public const string DefaultPluginLabels =
        "app=sriovdp,name=sriov-device-plugin,app=sriov-device-plugin,app=kube-sriov-device-plugin,component=sriov-device-plugin";

    /// <summary>
    /// Asks for all settings. Call <see cref="SettingsReader.Finish"/> afterwards.
    /// </summary>
    public static ManagerSettings Read(SettingsReader reader, Func<string, string?> environment) => ManagerSettingsReader.Read(reader, environment);
}

/// <summary>How devices are advertised to the kubelet.</summary>
internal enum PublisherChoice
{
    /// <summary>The SR-IOV device plugin, by its file.</summary>
    SriovConfig,

    /// <summary>This program, as a device plugin of its own.</summary>
    Embedded,

    /// <summary>By the manager itself, as a driver of dynamic resource allocation.</summary>
    Dra,

    /// <summary>Nobody: devices are bound and left at that.</summary>
    None,
}
