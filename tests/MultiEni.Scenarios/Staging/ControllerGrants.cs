using MultiEni.Api;

namespace MultiEni.Scenarios.Staging;

/// <summary>Rights that the chart gives the controller only with a value that is not the default.</summary>
internal static class ControllerGrants
{
    private const string Rbac = "rbac.authorization.k8s.io/v1";

    /// <summary>Gives the controller a right.</summary>
    /// <param name="stage">The cluster.</param>
    /// <param name="group">API group of the resource.</param>
    /// <param name="resource">The resource, such as <c>nodeoverlays</c> or <c>nodeslicepools/status</c>.</param>
    /// <param name="verbs">What it may do.</param>
    /// <param name="namespaceName">Where; null for cluster-scoped resources.</param>
    public static async Task GrantAsync(this Stage stage, string group, string resource, string[] verbs, string? namespaceName = null)
    {
        var name = resource.Replace('/', '-');
        var (role, metadata) = namespaceName is null
            ? ("ClusterRole", $"{{name: {name}}}")
            : ("Role", $"{{name: {name}, namespace: {namespaceName}}}");
        await stage.Api.ApplyAsync(
            $$"""
            apiVersion: {{Rbac}}
            kind: {{role}}
            metadata: {{metadata}}
            rules:
            - apiGroups: [{{group}}]
              resources: [{{resource}}]
              verbs: [{{string.Join(", ", verbs)}}]
            """,
            Stage.Stop
        );
        await stage.Api.ApplyAsync(
            $$"""
            apiVersion: {{Rbac}}
            kind: {{role}}Binding
            metadata: {{metadata}}
            roleRef: {apiGroup: rbac.authorization.k8s.io, kind: {{role}}, name: {{name}}}
            subjects:
            - {kind: ServiceAccount, name: eni-controller, namespace: {{Names.Namespace}}}
            """,
            Stage.Stop
        );
    }
}
