using MultiEni.Operator.Client;
using MultiEni.Simulator.Nodes.DevicePlugins;

namespace MultiEni.Simulator.Nodes.Cluster;

/// <summary>Which parts of a cluster run, and how.</summary>
public sealed record ClusterMachineryOptions
{
    /// <summary>The cluster's API, as an administrator who may act as everybody: each part speaks as the one that it stands for.</summary>
    public required KubernetesConfig Api { get; init; }

    /// <summary>How long things take.</summary>
    public ClusterTimings Timings { get; init; } = ClusterTimings.None;

    /// <summary>The clock of all waits and timestamps; requests take the time they take.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Name of the scheduler, as <c>spec.schedulerName</c> of the pods that it places.</summary>
    public string SchedulerName { get; init; } = "default-scheduler";

    /// <summary>Release of the SR-IOV device plugin that runs on every node; null for a cluster without it.</summary>
    public DevicePluginRelease? DevicePlugin { get; init; }

    /// <summary>Namespace of the device plugin's pods.</summary>
    public string DevicePluginNamespace { get; init; } = "kube-system";

    /// <summary>Whether the device plugin reads a ConfigMap and so never sees the file of the host.</summary>
    public bool DevicePluginReadsConfigMap { get; init; }
}
