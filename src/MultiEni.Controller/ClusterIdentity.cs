using MultiEni.Operator.Client;
using MultiEni.Operator.Configuration;

namespace MultiEni.Controller;

/// <summary>The name by which this cluster's ENIs are told from those of other clusters in the account.</summary>
public static class ClusterIdentity
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

    /// <summary>The given name, or the UID of kube-system, which is unique and lives as long as the cluster.</summary>
    public static async Task<string> FindAsync(KubernetesClient kubernetes, string given, CancellationToken cancellationToken)
    {
        if (given.Length > 0)
        {
            return given;
        }

        var kubeSystem = await kubernetes.GetAsync(Namespaces, new ObjectKey(null, "kube-system"), cancellationToken);
        return kubeSystem?.Metadata.Uid
            ?? throw new SettingsException(["there is no namespace kube-system whose UID could name the cluster; set CLUSTER_NAME"]);
    }
}
