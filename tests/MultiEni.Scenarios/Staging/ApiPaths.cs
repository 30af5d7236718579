using System.Text.Json.Nodes;
using MultiEni.Api;

namespace MultiEni.Scenarios.Staging;

/// <summary>Where documents live in the API.</summary>
internal static class ApiPaths
{
    private const string Rbac = "/apis/rbac.authorization.k8s.io/v1";
    private const string Devices = "/apis/resource.k8s.io/v1";
    private const string Admission = "/apis/admissionregistration.k8s.io/v1";

    private static readonly Dictionary<string, (string Root, string Plural, bool Namespaced)> Kinds = new(StringComparer.Ordinal)
    {
        [Names.NodeEniKind] = ($"/apis/{Names.ApiVersion}", Names.NodeEniPlural, false),
        ["Pod"] = ("/api/v1", "pods", true),
        ["ResourceClaim"] = (Devices, "resourceclaims", true),
        ["ResourceClaimTemplate"] = (Devices, "resourceclaimtemplates", true),
        ["DeviceClass"] = (Devices, "deviceclasses", false),
        ["Namespace"] = ("/api/v1", "namespaces", false),
        ["ServiceAccount"] = ("/api/v1", "serviceaccounts", true),
        ["NetworkAttachmentDefinition"] = ("/apis/k8s.cni.cncf.io/v1", "network-attachment-definitions", true),
        ["NodeSlicePool"] = ("/apis/whereabouts.cni.cncf.io/v1alpha1", "nodeslicepools", true),
        ["NodePool"] = ("/apis/karpenter.sh/v1", "nodepools", false),
        ["NodeOverlay"] = ("/apis/karpenter.sh/v1alpha1", "nodeoverlays", false),
        ["CustomResourceDefinition"] = ("/apis/apiextensions.k8s.io/v1", "customresourcedefinitions", false),
        ["Role"] = (Rbac, "roles", true),
        ["RoleBinding"] = (Rbac, "rolebindings", true),
        ["ClusterRole"] = (Rbac, "clusterroles", false),
        ["ClusterRoleBinding"] = (Rbac, "clusterrolebindings", false),
        ["ValidatingAdmissionPolicy"] = (Admission, "validatingadmissionpolicies", false),
        ["ValidatingAdmissionPolicyBinding"] = (Admission, "validatingadmissionpolicybindings", false),
    };

    /// <summary>
    /// The path of a document's object; a document without a namespace belongs to <c>default</c>.
    /// </summary>
    public static string Of(JsonObject document)
    {
        var metadata = document["metadata"]!;
        return Of(document["kind"]!.GetValue<string>(), metadata["name"]!.GetValue<string>(), metadata["namespace"]?.GetValue<string>() ?? "default");
    }

    /// <summary>The path of an object.</summary>
    public static string Of(string kind, string name, string inNamespace = "default")
    {
        var (root, plural, namespaced) = Kinds.TryGetValue(kind, out var found)
            ? found
            : throw new ArgumentException($"Stories do not apply {kind}.", nameof(kind));
        return namespaced ? $"{root}/namespaces/{inNamespace}/{plural}/{name}" : $"{root}/{plural}/{name}";
    }
}
