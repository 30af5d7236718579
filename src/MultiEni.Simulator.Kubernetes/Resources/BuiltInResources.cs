namespace MultiEni.Simulator.Kubernetes.Resources;

/// <summary>The resources that every API server has, as far as the product and kubectl touch them.</summary>
internal static class BuiltInResources
{
    /// <summary>Events, which the groups core and <c>events.k8s.io</c> show each in its form.</summary>
    public static ResourceDefinition Events { get; } =
        Core("events", "Event", ["ev"], namespaced: true) with
        {
            IsCreatedByUpdates = true,
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
        };

    public static IReadOnlyList<ResourceDefinition> All { get; } =
    [
        Core("namespaces", "Namespace", ["ns"]) with
        {
            HasCollectionDeletion = false,
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
            CountsGenerations = true,
            ReturnsDeleted = true,
            Categories = ["all"],
            SelectableFields =
            [
                "spec.nodeName",
                "spec.restartPolicy",
                "spec.schedulerName",
                "spec.serviceAccountName",
                "spec.hostNetwork",
                "status.phase",
                "status.podIP",
                "status.nominatedNodeName",
            ],
        },
        Events,
        Grouped("events.k8s.io", "v1", "events", "Event", ["ev"]) with
        {
            StoredAs = Events,
            IsCreatedByUpdates = true,
        },
        Core("configmaps", "ConfigMap", ["cm"], namespaced: true),
        Core("secrets", "Secret", [], namespaced: true) with
        {
            SelectableFields = ["type"],
        },
        Core("serviceaccounts", "ServiceAccount", ["sa"], namespaced: true) with
        {
            ReturnsDeleted = true,
        },
        Core("services", "Service", ["svc"], namespaced: true) with
        {
            HasStatus = true,
            IsCreatedByUpdates = true,
            ReturnsDeleted = true,
            Categories = ["all"],
        },
        Grouped("coordination.k8s.io", "v1", "leases", "Lease", []) with
        {
            IsCreatedByUpdates = true,
            NeedsVersionToReplace = true,
        },
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
        Grouped("rbac.authorization.k8s.io", "v1", "roles", "Role", []) with
        {
            IsCreatedByUpdates = true,
        },
        Grouped("rbac.authorization.k8s.io", "v1", "rolebindings", "RoleBinding", []) with
        {
            IsCreatedByUpdates = true,
        },
        Grouped("rbac.authorization.k8s.io", "v1", "clusterroles", "ClusterRole", []) with
        {
            IsCreatedByUpdates = true,
            Namespaced = false,
        },
        Grouped("rbac.authorization.k8s.io", "v1", "clusterrolebindings", "ClusterRoleBinding", []) with
        {
            IsCreatedByUpdates = true,
            Namespaced = false,
        },
        Grouped("policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget", ["pdb"]) with
        {
            NeedsVersionToReplace = true,
            HasStatus = true,
            CountsGenerations = true,
        },
        Grouped("networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy", ["netpol"]) with
        {
            NeedsVersionToReplace = true,
            CountsGenerations = true,
        },
        Grouped("admissionregistration.k8s.io", "v1", "validatingadmissionpolicies", "ValidatingAdmissionPolicy", []) with
        {
            Categories = ["api-extensions"],
            NeedsVersionToReplace = true,
            Namespaced = false,
            HasStatus = true,
            CountsGenerations = true,
        },
        Grouped("admissionregistration.k8s.io", "v1", "validatingadmissionpolicybindings", "ValidatingAdmissionPolicyBinding", []) with
        {
            Categories = ["api-extensions"],
            NeedsVersionToReplace = true,
            Namespaced = false,
            CountsGenerations = true,
        },
        Grouped("apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition", ["crd", "crds"]) with
        {
            NeedsVersionToReplace = true,
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
