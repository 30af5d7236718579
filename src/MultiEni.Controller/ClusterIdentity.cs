using System.Text.Json.Serialization;
using MultiEni.Api.Kubernetes;
using MultiEni.Operator.Client;

namespace MultiEni.Controller;

/// <summary>
/// The name by which this cluster's ENIs are told from those of other clusters in the account.
/// </summary>
internal static class ClusterIdentity
{
    private static readonly ResourceKind<NamespaceObject> Namespaces = new(
        "",
        "v1",
        "namespaces",
        "Namespace",
        Namespaced: false,
        ControllerJson.Default.NamespaceObject,
        ControllerJson.Default.KubernetesListNamespaceObject
    );

    /// <summary>What is read, as a message names it.</summary>
    internal const string Subject = "the namespace kube-system";

    /// <summary>What to grant when it may not be read.</summary>
    internal const string Grant = "Grant get of the namespace kube-system, as the chart's ClusterRole eni-controller does, or set CLUSTER_NAME.";

    /// <summary>Why a cluster has no name.</summary>
    internal const string Nameless = "there is no namespace kube-system whose UID could name the cluster. Set CLUSTER_NAME.";

    /// <summary>
    /// The given name, or the UID of kube-system, which is unique and lives as long as the cluster;
    /// empty when there is neither.
    /// </summary>
    public static async Task<string> FindAsync(KubernetesClient kubernetes, string given, CancellationToken cancellationToken)
    {
        if (given.Length > 0)
        {
            return given;
        }

        var kubeSystem = await kubernetes.GetAsync(Namespaces, ObjectKey.Cluster("kube-system"), cancellationToken);
        return kubeSystem?.Metadata.Uid ?? "";
    }
}

/// <summary>A namespace, of which only the identity is read.</summary>
internal sealed record NamespaceObject : IKubernetesObject
{
    /// <inheritdoc />
    public string? ApiVersion { get; set; }

    /// <inheritdoc />
    public string? Kind { get; set; }

    /// <inheritdoc />
    public ObjectMeta Metadata { get; set; } = new();
}

/// <summary>JSON of the cluster's identity.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(TimeConverter)]
)]
[JsonSerializable(typeof(NamespaceObject))]
[JsonSerializable(typeof(KubernetesList<NamespaceObject>))]
internal sealed partial class ControllerJson : JsonSerializerContext;
