using MultiEni.Operator.Client;
using MultiEni.Simulator.Nodes.DevicePlugins;

namespace MultiEni.Simulator.Nodes.Cluster;

/// <summary>Which parts of a cluster run, and how.</summary>
public sealed record ClusterMachineryOptions
{
    /// <summary>
    /// The cluster's API, as an administrator who may act as everybody: each part speaks as the one
    /// that it stands for.
    /// </summary>
    public required KubernetesConfig Api { get; init; }

    /// <summary>How long things take.</summary>
    public ClusterTimings Timings { get; init; } = ClusterTimings.None;

    /// <summary>The clock of all waits and timestamps; requests take the time they take.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>
    /// Whether each part acts as the one that it stands for; otherwise all act as the
    /// administrator.
    /// </summary>
    public bool Impersonates { get; init; }

    /// <summary>
    /// Sets nodes and pods apart in a cluster that others use as well; null for a cluster of their
    /// own. Nodes have this name as a label and as a taint, both with the value <c>true</c>; the
    /// scheduler places only pods that name it as their scheduler; pods of the device plugin are in
    /// the namespace of this name. Nodes say nothing by which others would send something to them:
    /// no operating system, no address.
    /// </summary>
    public string? Guest { get; init; }

    /// <summary>
    /// Release of the SR-IOV device plugin that runs on every node; null for a cluster without it.
    /// </summary>
    public DevicePluginRelease? DevicePlugin { get; init; }

    /// <summary>
    /// Whether the device plugin reads a ConfigMap and so never sees the file of the host.
    /// </summary>
    public bool DevicePluginReadsConfigMap { get; init; }

    internal string SchedulerName => Guest ?? "default-scheduler";

    internal string DevicePluginNamespace => Guest ?? "kube-system";

    internal Impersonation? As(Impersonation identity) => Impersonates ? identity : Api.ActAs;
}
