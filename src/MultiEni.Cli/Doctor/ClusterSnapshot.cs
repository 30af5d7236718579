using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Api.NodeEnis;
using MultiEni.Cli.Cluster;
using MultiEni.Controller.Kubernetes;
using MultiEni.Manager.Settings;
using MultiEni.Operator.Events;
using MultiEni.Operator.LeaderElection;

namespace MultiEni.Cli.Doctor;

/// <summary>Everything that the checks look at, read once.</summary>
internal sealed record ClusterSnapshot
{
    /// <summary>Namespace of the controller and the ENI managers.</summary>
    public required string Home { get; init; }

    /// <summary>When it was read.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>The product's CRDs that exist.</summary>
    public required ReadResult<IReadOnlyList<ResourceDefinition>> Definitions { get; init; }

    /// <summary>NodeENIs.</summary>
    public required ReadResult<IReadOnlyList<NodeEni>> NodeEnis { get; init; }

    /// <summary>ENIAttachments.</summary>
    public required ReadResult<IReadOnlyList<EniAttachment>> Attachments { get; init; }

    /// <summary>Nodes.</summary>
    public required ReadResult<IReadOnlyList<Node>> Nodes { get; init; }

    /// <summary>Deployments of the home namespace.</summary>
    public required ReadResult<IReadOnlyList<Workload>> Deployments { get; init; }

    /// <summary>DaemonSets everywhere: ENI managers, device plugins, Multus.</summary>
    public required ReadResult<IReadOnlyList<Workload>> DaemonSets { get; init; }

    /// <summary>The home namespace; a list of none or one.</summary>
    public required ReadResult<IReadOnlyList<ClusterNamespace>> HomeNamespace { get; init; }

    /// <summary>Events of the home namespace about pods that were not created.</summary>
    public required ReadResult<IReadOnlyList<KubernetesEvent>> Refusals { get; init; }

    /// <summary>Pods of the home namespace.</summary>
    public required ReadResult<IReadOnlyList<ClusterPod>> HomePods { get; init; }

    /// <summary>Pods of the SR-IOV device plugin.</summary>
    public required ReadResult<IReadOnlyList<ClusterPod>> PluginPods { get; init; }

    /// <summary>The lease of the leader; a list of none or one.</summary>
    public required ReadResult<IReadOnlyList<Lease>> Leases { get; init; }

    /// <summary>What the user may not do, such as create nodeenis.</summary>
    public required IReadOnlyList<string> Refused { get; init; }

    /// <summary>Labels of the device plugin's pods, as the ENI managers' DaemonSet has them or as they are by default.</summary>
    public IReadOnlyList<string> PluginLabels =>
        (ManagerSetting("DEVICE_PLUGIN_LABELS") is { Length: > 0 } labels ? labels : ManagerSettings.DefaultPluginLabels).Split(
            ',',
            StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries
        );

    /// <summary>The controller's Deployment.</summary>
    public Workload? Controller => Deployments.Value?.FirstOrDefault(item => Is(item, Api.Names.Controller));

    /// <summary>The ENI managers' DaemonSet.</summary>
    public Workload? Managers => DaemonSets.Value?.FirstOrDefault(item => item.Metadata.Namespace == Home && Is(item, Api.Names.Manager));

    /// <summary>Container of the ENI manager.</summary>
    public WorkloadContainer? ManagerContainer => Managers?.Container(Api.Names.Manager);

    /// <summary>A setting of the ENI managers as their DaemonSet gives it.</summary>
    public string? ManagerSetting(string variable) => ManagerContainer?.Value(variable);

    /// <summary>Pods of the home namespace that carry the label app=NAME.</summary>
    public IEnumerable<ClusterPod> PodsOf(string app) => (HomePods.Value ?? []).Where(pod => pod.Metadata.Label("app") == app);

    private static bool Is(Workload workload, string name) => workload.Metadata.Name == name || workload.Spec.Template.Metadata.Label("app") == name;
}
