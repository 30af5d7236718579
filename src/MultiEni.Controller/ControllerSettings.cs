using Microsoft.Extensions.Logging;
using MultiEni.Api;
using MultiEni.Controller.Attachments;
using MultiEni.Controller.Imds;
using MultiEni.Controller.Leaks;
using MultiEni.Operator.Configuration;
using MultiEni.Operator.Logging;

namespace MultiEni.Controller;

/// <summary>
/// The controller's settings. Names and defaults of flags and variables are promises; the
/// documentation lists them.
/// </summary>
internal sealed record ControllerSettings
{
    private const int DefaultPort = 8080;
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    /// <summary>Path of a kubeconfig; empty uses the pod's service account.</summary>
    public string Kubeconfig { get; init; } = "";

    /// <summary>
    /// Name that tells this cluster's ENIs from those of others; empty takes the UID of the
    /// namespace kube-system.
    /// </summary>
    public string ClusterName { get; init; } = "";

    /// <summary>Address of health and metrics; <c>0</c> switches them off.</summary>
    public string MetricsAddress { get; init; } = $":{DefaultPort}";

    /// <summary>Whether to elect a leader. Without, exactly one controller may run.</summary>
    public bool LeaderElection { get; init; } = true;

    /// <summary>Namespace of the Lease and of events without one.</summary>
    public string Namespace { get; init; } = Names.Namespace;

    /// <summary>Name of this process for the Lease; the pod's name.</summary>
    public string Identity { get; init; } = "";

    /// <summary>How long others leave the Lease alone that its holder does not renew.</summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// How long after its last renewal a leader still acts; shorter than
    /// <see cref="LeaseDuration" />.
    /// </summary>
    public TimeSpan RenewDeadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Pause between attempts on the Lease.</summary>
    public TimeSpan RetryPeriod { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Time between sweeps of EC2 and repairs of drift.</summary>
    public TimeSpan ReconcilePeriod { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How long a graceful detachment may take before it is forced, and what else the controller
    /// waits for.
    /// </summary>
    public EniTimeLimits TimeLimits { get; init; } = new();

    /// <summary>A cleanup that takes longer is reported; it goes on all the same.</summary>
    public TimeSpan MaximumCleanupDuration { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>NodeENIs planned at the same time.</summary>
    public int ConcurrentReconciles { get; init; } = 5;

    /// <summary>
    /// ENIs detached and deleted at the same time; 0 leaves it to the rate budget.
    /// </summary>
    public int ConcurrentCleanups { get; init; }

    /// <summary>Device index for NodeENIs that say 0.</summary>
    public int DefaultDeviceIndex { get; init; } = 1;

    /// <summary>
    /// Region of the cluster; empty when the environment names none, and the nodes are asked.
    /// </summary>
    public string Region { get; init; } = "";

    /// <summary>
    /// Whether missing permissions are looked for by dry runs. On in the program; code that embeds
    /// the controller decides for itself.
    /// </summary>
    public bool PermissionPreflight { get; init; }

    /// <summary>Whether the startup taint is removed from nodes whose ENIs are ready.</summary>
    public bool ManageStartupTaint { get; init; }

    /// <summary>
    /// Namespace of a NetworkAttachmentDefinition for each resource and NodeENI; empty for none.
    /// </summary>
    public string NetworksNamespace { get; init; } = "";

    /// <summary>
    /// The CNI plugin that gives out addresses in the NodeENIs' NetworkAttachmentDefinitions;
    /// <c>none</c> for none of these definitions.
    /// </summary>
    public string NetworksIpam { get; init; } = "eni-ipam";

    /// <summary>
    /// Namespace of whereabouts, in which a NodeSlicePool is kept for each NodeENI with prefixes
    /// and each subnet; empty for none.
    /// </summary>
    public string NodeSlicePoolsNamespace { get; init; } = "";

    /// <summary>Whether to keep a DeviceClass for each resource.</summary>
    public bool DeviceClasses { get; init; }

    /// <summary>
    /// Whether to tell Karpenter by NodeOverlays which resources nodes will have.
    /// </summary>
    public bool NodeOverlays { get; init; }

    /// <summary>Where the hop limit of instance metadata is raised.</summary>
    public ImdsSettings Imds { get; init; } = new();

    /// <summary>
    /// Settings of the former controller that were given and have no effect here, and why.
    /// </summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Multiplies the default EC2 rate limits, for accounts with raised quotas.</summary>
    public double Ec2RateProfile { get; init; } = 1;

    /// <summary>Grace, cap and brake of the leak pass.</summary>
    public LeakLimits Leaks { get; init; } = new();

    /// <summary>
    /// Reads the settings of the log and makes it; before all others, so that their errors are
    /// logged in the wanted form.
    /// </summary>
    public static ILoggerFactory ReadLogging(SettingsReader reader, TimeProvider time)
    {
        var development = reader.Boolean(
            "dev-mode",
            "DEV_MODE",
            false,
            "log as text and with debug messages, unless LOG_FORMAT and LOG_LEVEL say otherwise"
        );
        return ConsoleLogging.Create(reader, time, development);
    }

    /// <summary>
    /// Reads the settings; every error is reported at once by <see cref="SettingsReader.Finish" />.
    /// </summary>
    public static ControllerSettings Read(SettingsReader reader)
    {
        // In the order of the help; each group takes over what was read before.
        var settings = ReadProcess(reader, new ControllerSettings());
        settings = ReadLeaderElection(reader, settings);
        settings = ReadLoops(reader, settings);
        settings = ReadFeatures(reader, settings);
        return settings with
        {
            Imds = ReadImds(reader, settings.Imds),
            Warnings = DeprecatedSettings.Read(reader),
            Leaks = ReadLeaks(reader, settings.Leaks),
        };
    }

    private static ControllerSettings ReadProcess(SettingsReader reader, ControllerSettings defaults) =>
        defaults with
        {
            Kubeconfig = reader.Text("kubeconfig", null, defaults.Kubeconfig, "path of a kubeconfig; by default the pod's service account"),
            ClusterName = reader.Text(
                "cluster-name",
                "CLUSTER_NAME",
                defaults.ClusterName,
                "tells this cluster's ENIs from those of others in the account; by default the UID of the namespace kube-system"
            ),
            MetricsAddress = reader.Text(
                "metrics-addr",
                "METRICS_ADDR",
                MetricsPort(reader),
                "address of /healthz, /readyz and /metrics; 0 switches them off"
            ),
        };

    private static ControllerSettings ReadLeaderElection(SettingsReader reader, ControllerSettings defaults)
    {
        var settings = defaults with
        {
            LeaderElection = reader.Boolean(
                "enable-leader-election",
                "ENABLE_LEADER_ELECTION",
                defaults.LeaderElection,
                "elect one of several controllers; switch it off only where no second one can run"
            ),
            Namespace = reader.Text("leader-election-namespace", "POD_NAMESPACE", defaults.Namespace, "namespace of the Lease"),
            Identity = OrMachineName(
                reader.Text(
                    "leader-election-identity",
                    "POD_NAME",
                    defaults.Identity,
                    "name of this process in the Lease; by default that of the machine"
                )
            ),
            LeaseDuration = reader.Duration(
                "leader-election-lease-duration",
                "LEASE_DURATION",
                defaults.LeaseDuration,
                Second,
                "how long others leave the Lease alone that its holder does not renew"
            ),
            RenewDeadline = reader.Duration(
                "leader-election-renew-deadline",
                "RENEW_DEADLINE",
                defaults.RenewDeadline,
                Second,
                "how long after its last renewal a leader still acts"
            ),
            RetryPeriod = reader.Duration(
                "leader-election-retry-period",
                "RETRY_PERIOD",
                defaults.RetryPeriod,
                TimeSpan.FromMilliseconds(100),
                "pause between attempts on the Lease"
            ),
        };
        if (settings.RetryPeriod >= settings.RenewDeadline || settings.RenewDeadline >= settings.LeaseDuration)
        {
            reader.Refuse(
                "leader-election-retry-period must be shorter than leader-election-renew-deadline, and that shorter than leader-election-lease-duration"
            );
        }

        return settings;
    }

    private static ControllerSettings ReadLoops(SettingsReader reader, ControllerSettings defaults) =>
        defaults with
        {
            ReconcilePeriod = reader.Duration(
                "reconcile-period",
                "RECONCILE_PERIOD",
                defaults.ReconcilePeriod,
                Second,
                "time between sweeps of EC2 and repairs of drift"
            ),
            TimeLimits = defaults.TimeLimits with
            {
                ForceDetachAfter = reader.Duration(
                    "detachment-timeout",
                    "DETACHMENT_TIMEOUT",
                    defaults.TimeLimits.ForceDetachAfter,
                    Second,
                    "how long a graceful detachment may take before it is forced"
                ),
                Release = reader.Duration(
                    "release-timeout",
                    "RELEASE_TIMEOUT",
                    defaults.TimeLimits.Release,
                    Second,
                    "how long to wait for an ENI manager that gives no answer before its ENI is detached"
                ),
            },
            MaximumCleanupDuration = reader.Duration(
                "max-cleanup-duration",
                "MAX_CLEANUP_DURATION",
                defaults.MaximumCleanupDuration,
                Second,
                "a cleanup that takes longer is reported; it goes on all the same"
            ),
            ConcurrentReconciles = reader.Integer(
                "max-concurrent-reconciles",
                "MAX_CONCURRENT_RECONCILES",
                defaults.ConcurrentReconciles,
                1,
                1000,
                "NodeENIs planned at the same time"
            ),
            ConcurrentCleanups = reader.Integer(
                "max-concurrent-eni-cleanup",
                "MAX_CONCURRENT_ENI_CLEANUP",
                defaults.ConcurrentCleanups,
                0,
                10000,
                "ENIs detached and deleted at the same time; 0 leaves it to the rate budget"
            ),
            DefaultDeviceIndex = reader.Integer(
                "default-device-index",
                "DEFAULT_DEVICE_INDEX",
                defaults.DefaultDeviceIndex,
                1,
                100,
                "device index for NodeENIs with deviceIndex 0 on network card 0; those without the field have 1 from the schema"
            ),
            Ec2RateProfile = reader.Number(
                "ec2-rate-profile",
                "EC2_RATE_PROFILE",
                defaults.Ec2RateProfile,
                0.01,
                100,
                "multiplies the default EC2 rate limits, for accounts with raised quotas"
            ),
        };

    private static ControllerSettings ReadFeatures(SettingsReader reader, ControllerSettings defaults) =>
        defaults with
        {
            Region = reader.Text(
                "aws-region",
                "AWS_REGION",
                defaults.Region,
                "Region of the cluster; by default AWS_DEFAULT_REGION, then the label topology.kubernetes.io/region of the nodes"
            ),
            PermissionPreflight = reader.Boolean(
                "permission-preflight",
                "PERMISSION_PREFLIGHT",
                true,
                "look for missing permissions by five dry runs when leadership begins, and every 30 minutes while one is missing"
            ),
            ManageStartupTaint = reader.Boolean(
                "manage-startup-taint",
                "MANAGE_STARTUP_TAINT",
                defaults.ManageStartupTaint,
                $"remove the taint {Names.StartupTaint}:NoSchedule from a node when all its ENIs are ready; it is never put back"
            ),
            NetworksNamespace = reader.Text(
                "multus-networks-namespace",
                "MULTUS_NETWORKS_NAMESPACE",
                defaults.NetworksNamespace,
                "namespace in which a NetworkAttachmentDefinition is kept for each NodeENI and each resource; by default none is made"
            ),
            NetworksIpam = reader.Text(
                "multus-ipam",
                "MULTUS_IPAM",
                defaults.NetworksIpam,
                "CNI plugin that gives out addresses in the NetworkAttachmentDefinitions of NodeENIs; `none` keeps those of resources only"
            ),
            NodeSlicePoolsNamespace = reader.Text(
                "node-slice-pools-namespace",
                "NODE_SLICE_POOLS_NAMESPACE",
                defaults.NodeSlicePoolsNamespace,
                "namespace of whereabouts, in which a NodeSlicePool is kept for each NodeENI with ipv4PrefixCount and without podAddresses; by default none is made"
            ),
            DeviceClasses = reader.Boolean(
                "device-classes",
                "DEVICE_CLASSES",
                defaults.DeviceClasses,
                "keep a DeviceClass for each resource, with which pods that request the resource get a device of the DRA driver"
            ),
            NodeOverlays = reader.Boolean(
                "node-overlays",
                "NODE_OVERLAYS",
                defaults.NodeOverlays,
                "keep a Karpenter NodeOverlay for each selector of NodeENIs with DPDK, so that Karpenter launches nodes for pods that request their resources"
            ),
        };

    private static ImdsSettings ReadImds(SettingsReader reader, ImdsSettings defaults) =>
        new()
        {
            AutoConfigure = reader.Boolean(
                null,
                "IMDS_AUTO_CONFIGURE_HOP_LIMIT",
                defaults.AutoConfigure,
                "raise the metadata hop limit of the instance that the controller runs on"
            ),
            HopLimit = reader.Integer(
                null,
                "IMDS_HOP_LIMIT",
                defaults.HopLimit,
                1,
                64,
                "the hop limit that instances get; a higher one is left alone"
            ),
            OnSelectedNodes = reader.Boolean(
                null,
                "IMDS_AGGRESSIVE_CONFIGURATION",
                defaults.OnSelectedNodes,
                "raise it on the instances of all nodes that NodeENIs select, too; no other instance is ever touched"
            ),
            NodeName = reader.Text(null, "NODE_NAME", defaults.NodeName, "node that the controller runs on, whose instance is its own"),
            InstanceId = reader.Parsed(
                null,
                "EC2_INSTANCE_ID",
                defaults.InstanceId,
                InstanceIdOrNothing,
                "the controller's own instance, instead of its node's"
            ),
        };

    private static LeakLimits ReadLeaks(SettingsReader reader, LeakLimits defaults) =>
        reader.Choice("leak-brake", "LEAK_BRAKE", "on", ["on", "off"], "stop the leak pass when very many ENIs look leaked") == "off"
            ? defaults with
            {
                BrakeMinimum = int.MaxValue,
            }
            : defaults;

    private static string OrMachineName(string name) => name.Length > 0 ? name : Environment.MachineName;

    private static string MetricsPort(SettingsReader reader)
    {
        var port = reader.Integer(null, "METRICS_PORT", DefaultPort, 1, 65535, "port of health and metrics, when metrics-addr is not set");
        return $":{port}";
    }

    private static string InstanceIdOrNothing(string text) =>
        text.Length == 0 || Ec2.InstanceId.TryParse(text, out _) ? text : throw new FormatException("an instance ID such as i-0123456789abcdef0");
}
