using MultiEni.Simulator.Cluster.Kubelets;
using MultiEni.Simulator.Cluster.Scheduling;
using MultiEni.Simulator.Nodes;

namespace MultiEni.Simulator.Cluster;

/// <summary>A node as its kubelet keeps it.</summary>
internal sealed class ClusterNode(string name, SimulatedHost host, string pluginFile, KubeletDeviceManager deviceManager)
{
    internal string Name => name;

    internal SimulatedHost Host => host;

    /// <summary>Path on disk of the device plugin's file.</summary>
    internal string PluginFile => pluginFile;

    /// <summary>Devices that plugins offer.</summary>
    internal NodeDevices Devices { get; } = new();

    /// <summary>The kubelet's sockets.</summary>
    internal KubeletDeviceManager DeviceManager => deviceManager;

    /// <summary>Shows on the kubelet's pod resources socket which pods have which devices.</summary>
    internal void ShowPodDevices()
    {
        var held = Pods
            .Values.SelectMany(pod =>
                pod.Devices.Select(devices => new KubeletPodDevices(
                    pod.Namespace,
                    pod.Name,
                    PodNeeds.ContainerWith(pod.Manifest, devices.Key),
                    devices.Key,
                    devices.Value
                ))
            )
            .ToList();
        deviceManager.PodDevices = () => held;
    }

    /// <summary>Pods with containers on the node, by uid.</summary>
    internal Dictionary<string, RunningPod> Pods { get; } = new(StringComparer.Ordinal);

    internal PluginPod Plugin { get; } = new();
}
