namespace MultiEni.Simulator.Kubernetes.Resources;

/// <summary>The resources that every API server has, as far as the product and kubectl touch them.</summary>
internal static class BuiltInResources
{
    public static IReadOnlyList<ResourceDefinition> All { get; } =
    [
        Core("namespaces", "Namespace", ["ns"]) with
        {
            HasStatus = true,
            SelectableFields = ["status.phase"],
        },
        Core("nodes", "Node", ["no"]) with
        {
            HasStatus = true,
            KeepsStatusOnCreate = true,
            SelectableFields = ["spec.unschedulable"],
        },
        Core("pods", "Pod", ["po"], namespaced: true) with
        {
            HasStatus = true,
            Categories = ["all"],
            SelectableFields =
            [
                "spec.nodeName",
                "spec.restartPolicy",
                "spec.schedulerName",
                "spec.serviceAccountName",
                "status.phase",
                "status.podIP",
            ],
        },
        Core("events", "Event", ["ev"], namespaced: true) with
        {
            SelectableFields =
            [
                "involvedObject.kind",
                "involvedObject.namespace",
                "involvedObject.name",
                "involvedObject.uid",
                "involvedObject.apiVersion",
                "involvedObject.resourceVersion",
                "involvedObject.fieldPath",
                "reason",
                "reportingComponent",
                "source",
                "type",
            ],
        },
        Core("configmaps", "ConfigMap", ["cm"], namespaced: true),
        Core("secrets", "Secret", [], namespaced: true) with
        {
            SelectableFields = ["type"],
        },
        Core("serviceaccounts", "ServiceAccount", ["sa"], namespaced: true),
        Core("services", "Service", ["svc"], namespaced: true) with
        {
            HasStatus = true,
            Categories = ["all"],
        },
        Grouped("coordination.k8s.io", "v1", "leases", "Lease", []),
        Grouped("apps", "v1", "daemonsets", "DaemonSet", ["ds"]) with
        {
            HasStatus = true,
            CountsGenerations = true,
            Categories = ["all"],
        },
        Grouped("apps", "v1", "deployments", "Deployment", ["deploy"]) with
        {
            HasStatus = true,
            CountsGenerations = true,
            Categories = ["all"],
        },
        Grouped("rbac.authorization.k8s.io", "v1", "roles", "Role", []),
        Grouped("rbac.authorization.k8s.io", "v1", "rolebindings", "RoleBinding", []),
        Grouped("rbac.authorization.k8s.io", "v1", "clusterroles", "ClusterRole", []) with
        {
            Namespaced = false,
        },
        Grouped("rbac.authorization.k8s.io", "v1", "clusterrolebindings", "ClusterRoleBinding", []) with
        {
            Namespaced = false,
        },
        Grouped("policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget", ["pdb"]) with
        {
            HasStatus = true,
            CountsGenerations = true,
        },
        Grouped("networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy", ["netpol"]) with
        {
            CountsGenerations = true,
        },
        Grouped("admissionregistration.k8s.io", "v1", "validatingadmissionpolicies", "ValidatingAdmissionPolicy", []) with
        {
            Namespaced = false,
            HasStatus = true,
            CountsGenerations = true,
        },
        Grouped("admissionregistration.k8s.io", "v1", "validatingadmissionpolicybindings", "ValidatingAdmissionPolicyBinding", []) with
        {
            Namespaced = false,
            CountsGenerations = true,
        },
        Grouped("apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition", ["crd", "crds"]) with
        {
            Namespaced = false,
            HasStatus = true,
            CountsGenerations = true,
            Categories = ["api-extensions"],
        },
    ];

    private static ResourceDefinition Core(string plural, string kind, string[] shortNames, bool namespaced = false) =>
        Grouped("", "v1", plural, kind, shortNames) with
        {
            Namespaced = namespaced,
        };

    private static ResourceDefinition Grouped(string group, string version, string plural, string kind, string[] shortNames) =>
        new()
        {
            Group = group,
            Version = version,
            Plural = plural,
            Kind = kind,
            Singular = kind.ToLowerInvariant(),
            ListKind = kind + "List",
            ShortNames = shortNames,
            Namespaced = true,
        };
}
