using MultiEni.Api;
using MultiEni.Cli.Cluster;
using MultiEni.Cli.Doctor;

namespace MultiEni.Cli.Tests.Doctor;

/// <summary>A cluster of which nothing was read, to be filled by a test.</summary>
internal static class EmptySnapshot
{
    public static ClusterSnapshot Create() =>
        new()
        {
            InstallNamespace = Names.Namespace,
            Now = DateTimeOffset.UnixEpoch,
            Definitions = default,
            NodeEnis = default,
            Attachments = default,
            Nodes = default,
            Versions = new Dictionary<string, NodeVersions>(StringComparer.Ordinal),
            Claims = new ClaimSnapshot { Slices = default },
            Deployments = default,
            DaemonSets = default,
            NamespaceObject = default,
            CreateFailures = default,
            InstalledPods = default,
            PluginPods = default,
            Networks = default,
            NodePools = default,
            Karpenter = default,
            Leases = default,
            DeniedActions = [],
        };
}
