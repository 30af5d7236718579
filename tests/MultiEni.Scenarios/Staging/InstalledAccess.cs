using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes;
using MultiEni.Simulator.Kubernetes.Yaml;

namespace MultiEni.Scenarios.Staging;

/// <summary>The roles and admission policies that users install, so that every story runs with these rights and no more.</summary>
internal static class InstalledAccess
{
    private static readonly Dictionary<string, string> Resources = new(StringComparer.Ordinal)
    {
        ["Role"] = "roles.rbac.authorization.k8s.io",
        ["RoleBinding"] = "rolebindings.rbac.authorization.k8s.io",
        ["ClusterRole"] = "clusterroles.rbac.authorization.k8s.io",
        ["ClusterRoleBinding"] = "clusterrolebindings.rbac.authorization.k8s.io",
        ["ValidatingAdmissionPolicy"] = "validatingadmissionpolicies.admissionregistration.k8s.io",
        ["ValidatingAdmissionPolicyBinding"] = "validatingadmissionpolicybindings.admissionregistration.k8s.io",
    };

    /// <summary>The documents of deploy/install.yaml.</summary>
    public static IReadOnlyList<JsonObject> Documents { get; } = YamlDocuments.Parse(File.ReadAllText(FindFile()));

    /// <summary>Documents of a kind.</summary>
    public static IEnumerable<JsonObject> OfKind(string kind) => Documents.Where(document => document["kind"]!.GetValue<string>() == kind);

    public static void ApplyTo(KubernetesSimulator kubernetes)
    {
        foreach (var (kind, resource) in Resources)
        {
            foreach (var document in OfKind(kind))
            {
                kubernetes.Store.Create(resource, document);
            }
        }
    }

    /// <summary>What the chart adds with <c>startupTaint.enabled</c>.</summary>
    public static void AllowStartupTaint(KubernetesSimulator kubernetes) =>
        kubernetes.Store.Change(
            "clusterroles.rbac.authorization.k8s.io",
            "eni-controller",
            role =>
                role["rules"]!.AsArray().Single(rule => rule!["resources"]![0]!.GetValue<string>() == "nodes")!["verbs"]!
                    .AsArray()
                    .Add((JsonNode)"patch")
        );

    /// <summary>What the chart adds with <c>eniManager.listPods</c>.</summary>
    public static void AllowPodLists(KubernetesSimulator kubernetes) =>
        kubernetes.Store.Change(
            "clusterroles.rbac.authorization.k8s.io",
            "eni-manager",
            role =>
                role["rules"]!
                    .AsArray()
                    .Add(
                        (JsonNode)
                            new JsonObject
                            {
                                ["apiGroups"] = new JsonArray(""),
                                ["resources"] = new JsonArray("pods"),
                                ["verbs"] = new JsonArray("list"),
                            }
                    )
        );

    private static string FindFile()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "deploy", "install.yaml")))
        {
            folder = folder.Parent;
        }

        return Path.Combine(
            folder?.FullName ?? throw new FileNotFoundException("deploy/install.yaml is in no folder above"),
            "deploy",
            "install.yaml"
        );
    }
}
