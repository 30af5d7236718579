using MultiEni.Operator.Client;

namespace MultiEni.Simulator.Nodes.Cluster;

/// <summary>
/// As whom the parts of a cluster speak to its API, with the rights that a Kubernetes cluster gives
/// to these names.
/// </summary>
/// <seealso href="https://kubernetes.io/docs/reference/access-authn-authz/rbac/#core-component-roles"/>
internal static class Identities
{
    internal static Impersonation Scheduler { get; } = User("system:kube-scheduler");

    internal static Impersonation DaemonSetController { get; } = User("system:serviceaccount:kube-system:daemon-set-controller");

    internal static Impersonation ResourceClaimController { get; } = User("system:serviceaccount:kube-system:resource-claim-controller");

    internal static Impersonation NodeController { get; } = User("system:serviceaccount:kube-system:node-controller");

    internal static Impersonation Kubelet(string node) => User($"system:node:{node}", "system:nodes");

    private static Impersonation User(string name, params string[] groups) =>
        new(name, Uid: null, groups, new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal));
}
