namespace MultiEni.Simulator.Kubernetes.Resources;

/// <summary>
/// The resources that every API server has, as far as the product and kubectl touch them.
/// </summary>
internal static class BuiltInResources
{
    private const string Core = "";
    private const string Rbac = "rbac.authorization.k8s.io";
    private const string Admission = "admissionregistration.k8s.io";
    private const string Devices = "resource.k8s.io";

    /// <summary>
    /// What tells the rules of one resource from those of another; each is a property of
    /// <see cref="ResourceDefinition"/>.
    /// </summary>
    [Flags]
    private enum Traits
    {
        Namespaced = 1,
        Status = 2,
        Generations = 4,
        CreatedByUpdates = 8,
        NeedsVersion = 16,
        ReturnsDeleted = 32,
        NoCollectionDeletion = 64,
        KeepsStatus = 128,
    }

    /// <summary>
    /// Events, which the groups core and <c>events.k8s.io</c> show each in its form.
    /// </summary>
    public static ResourceDefinition Events { get; } =
        Define(
            Core,
            "events",
            "Event",
            Traits.Namespaced | Traits.CreatedByUpdates,
            "ev",
            fields: "involvedObject.kind involvedObject.namespace involvedObject.name involvedObject.uid involvedObject.apiVersion "
                + "involvedObject.resourceVersion involvedObject.fieldPath reason reportingComponent source type"
        );

    public static IReadOnlyList<ResourceDefinition> All { get; } =
    [
        Define(Core, "namespaces", "Namespace", Traits.Status | Traits.NoCollectionDeletion, "ns", fields: "status.phase"),
        Define(Core, "nodes", "Node", Traits.Status | Traits.KeepsStatus, "no", fields: "spec.unschedulable"),
        Define(
            Core,
            "pods",
            "Pod",
            Traits.Namespaced | Traits.Status | Traits.Generations | Traits.ReturnsDeleted,
            "po",
            "all",
            "spec.nodeName spec.restartPolicy spec.schedulerName spec.serviceAccountName spec.hostNetwork status.phase status.podIP status.nominatedNodeName"
        ),
        Events,
        Define("events.k8s.io", "events", "Event", Traits.Namespaced | Traits.CreatedByUpdates, "ev") with
        {
            StoredAs = Events,
        },
        Define(Core, "configmaps", "ConfigMap", Traits.Namespaced, "cm"),
        Define(Core, "secrets", "Secret", Traits.Namespaced, fields: "type"),
        Define(Core, "serviceaccounts", "ServiceAccount", Traits.Namespaced | Traits.ReturnsDeleted, "sa"),
        Define(Core, "services", "Service", Traits.Namespaced | Traits.Status | Traits.CreatedByUpdates | Traits.ReturnsDeleted, "svc", "all"),
        Define("coordination.k8s.io", "leases", "Lease", Traits.Namespaced | Traits.CreatedByUpdates | Traits.NeedsVersion),
        Define("apps", "daemonsets", "DaemonSet", Traits.Namespaced | Traits.Status | Traits.Generations, "ds", "all"),
        Define("apps", "deployments", "Deployment", Traits.Namespaced | Traits.Status | Traits.Generations, "deploy", "all"),
        Define(Rbac, "roles", "Role", Traits.Namespaced | Traits.CreatedByUpdates),
        Define(Rbac, "rolebindings", "RoleBinding", Traits.Namespaced | Traits.CreatedByUpdates),
        Define(Rbac, "clusterroles", "ClusterRole", Traits.CreatedByUpdates),
        Define(Rbac, "clusterrolebindings", "ClusterRoleBinding", Traits.CreatedByUpdates),
        Define(
            "policy",
            "poddisruptionbudgets",
            "PodDisruptionBudget",
            Traits.Namespaced | Traits.Status | Traits.Generations | Traits.NeedsVersion,
            "pdb"
        ),
        Define(Devices, "deviceclasses", "DeviceClass", Traits.Generations | Traits.ReturnsDeleted),
        Define(Devices, "resourceclaims", "ResourceClaim", Traits.Namespaced | Traits.Status | Traits.ReturnsDeleted),
        Define(Devices, "resourceclaimtemplates", "ResourceClaimTemplate", Traits.Namespaced | Traits.ReturnsDeleted),
        Define(Devices, "resourceslices", "ResourceSlice", Traits.Generations | Traits.ReturnsDeleted, fields: "spec.nodeName spec.driver"),
        Define("networking.k8s.io", "networkpolicies", "NetworkPolicy", Traits.Namespaced | Traits.Generations | Traits.NeedsVersion, "netpol"),
        Define(
            Admission,
            "validatingadmissionpolicies",
            "ValidatingAdmissionPolicy",
            Traits.Status | Traits.Generations | Traits.NeedsVersion,
            categories: "api-extensions"
        ),
        Define(
            Admission,
            "validatingadmissionpolicybindings",
            "ValidatingAdmissionPolicyBinding",
            Traits.Generations | Traits.NeedsVersion,
            categories: "api-extensions"
        ),
        Define(
            "apiextensions.k8s.io",
            "customresourcedefinitions",
            "CustomResourceDefinition",
            Traits.Status | Traits.Generations | Traits.NeedsVersion,
            "crd crds",
            "api-extensions"
        ),
    ];

    private static ResourceDefinition Define(
        string group,
        string plural,
        string kind,
        Traits traits,
        string shortNames = "",
        string categories = "",
        string fields = ""
    ) =>
        new()
        {
            Group = group,
            Version = "v1",
            Plural = plural,
            Kind = kind,
            Singular = kind.ToLowerInvariant(),
            ListKind = kind + "List",
            ShortNames = Words(shortNames),
            Categories = Words(categories),
            SelectableFields = Words(fields),
            Namespaced = traits.HasFlag(Traits.Namespaced),
            HasStatus = traits.HasFlag(Traits.Status),
            CountsGenerations = traits.HasFlag(Traits.Generations),
            IsCreatedByUpdates = traits.HasFlag(Traits.CreatedByUpdates),
            NeedsVersionToReplace = traits.HasFlag(Traits.NeedsVersion),
            ReturnsDeleted = traits.HasFlag(Traits.ReturnsDeleted),
            HasCollectionDeletion = !traits.HasFlag(Traits.NoCollectionDeletion),
            KeepsStatusOnCreate = traits.HasFlag(Traits.KeepsStatus),
        };

    private static string[] Words(string words) => words.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
