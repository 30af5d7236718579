using MultiEni.Simulator.Ec2;
using MultiEni.Simulator.Kubernetes;
using MultiEni.Simulator.Nodes;
using MultiEni.Simulator.Nodes.Cluster;
using MultiEni.Simulator.Nodes.DevicePlugins;

namespace MultiEni.Simulator;

/// <summary>Which cluster is simulated.</summary>
public sealed record SimulatedClusterOptions
{
    /// <summary>
    /// The cluster's name; instances carry the tag <c>kubernetes.io/cluster/NAME=owned</c> as those
    /// of EKS do.
    /// </summary>
    public string Name { get; init; } = "simulated";

    /// <summary>Nodes at the start, in turn over the zones.</summary>
    public int Nodes { get; init; } = 3;

    /// <summary>Availability zones, 1 to 4.</summary>
    public int Zones { get; init; } = 2;

    /// <summary>Instance type of nodes.</summary>
    public string InstanceType { get; init; } = "m5.4xlarge";

    /// <summary>
    /// Interfaces that the launch template gives every node beside the primary one. Their tags are
    /// on that as well: a template cannot tag one interface alone.
    /// </summary>
    public IReadOnlyList<LaunchInterface> LaunchInterfaces { get; init; } = [];

    /// <summary>Name of the Region; zones are this and a letter.</summary>
    public string Region { get; init; } = "us-east-1";

    /// <summary>Determines identifiers, boot ids and addresses after a reboot.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>The clock of everything.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>
    /// Folder for what nodes keep on disk; null makes a temporary one that goes with the cluster.
    /// </summary>
    public string? StateFolder { get; init; }

    /// <summary>Labels of every node, besides those that nodes always have.</summary>
    public IReadOnlyDictionary<string, string> NodeLabels { get; init; } =
        new Dictionary<string, string>(StringComparer.Ordinal) { ["ng"] = "multi-eni" };

    /// <summary>Machine and kernel of every node.</summary>
    public SimulatedHostOptions Host { get; init; } = new();

    /// <summary>
    /// EC2: latencies, quotas and limits. Clock, seed, Region and backplane are those of the
    /// cluster.
    /// </summary>
    public Ec2SimulatorOptions Ec2 { get; init; } = new();

    /// <summary>
    /// Whether roles and admission policies hold. Controller and managers then come with the tokens
    /// of the service accounts that the chart makes, and may do nothing until somebody applies its
    /// roles.
    /// </summary>
    public bool EnforcesAccess { get; init; }

    /// <summary>
    /// Kubeconfig of an administrator of an API server that is there already, on which the product
    /// is installed; null starts a simulated one. The options above and below that are about the
    /// API server then have no meaning.
    /// </summary>
    public string? Kubeconfig { get; init; }

    /// <summary>Context of <see cref="Kubeconfig"/>; null for its current one.</summary>
    public string? KubeconfigContext { get; init; }

    /// <summary>
    /// Sets what is simulated apart in a cluster that others use as well, and names it; null for a
    /// cluster of its own. Nodes are NAME-node-1 and so on, tainted and labelled with the name; the
    /// product's namespace and that of the device plugin is NAME; pods must choose NAME as their
    /// scheduler.
    /// </summary>
    public string? Guest { get; init; }

    /// <summary>
    /// How far the API server's watches are behind its writes; null for not at all.
    /// </summary>
    public WatchLag? WatchLag { get; init; }

    /// <summary>How long the cluster's own parts take.</summary>
    public ClusterTimings Timings { get; init; } = ClusterTimings.None;

    /// <summary>
    /// Release of the SR-IOV device plugin that runs on every node; null for a cluster without it.
    /// </summary>
    public DevicePluginRelease? DevicePlugin { get; init; } = DevicePluginRelease.V38;

    /// <summary>
    /// Whether the device plugin reads a ConfigMap, as its own manifest has it, and so never sees
    /// the file of the host (docs/reference/sriov-device-plugin.md#reading-and-restarting).
    /// </summary>
    public bool DevicePluginReadsConfigMap { get; init; }

    /// <summary>
    /// What the device plugin's file says on a new node; null for no file, with which the plugin
    /// crash-loops until somebody writes one.
    /// </summary>
    public string? InitialPluginFile { get; init; }

    /// <summary>The same cluster with delays as in a real one.</summary>
    public SimulatedClusterOptions Realistic() =>
        this with
        {
            Timings = ClusterTimings.Typical,
            Ec2 = Ec2 with { Latencies = Ec2Latencies.Typical },
            Host = Host with { ProbeDelay = TimeSpan.FromMilliseconds(150), InterfaceDelay = TimeSpan.FromMilliseconds(300) },
        };
}
