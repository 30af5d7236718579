namespace MultiEni.Simulator.Kubernetes.Access;

/// <summary>A role given to somebody, in a namespace or everywhere.</summary>
/// <param name="Role">Kind and name, such as <c>ClusterRole/eni-manager</c>.</param>
/// <param name="Namespace">Where it holds; empty for everywhere.</param>
/// <param name="Users">Users to whom it is given.</param>
/// <param name="Groups">Groups to whom it is given.</param>
/// <param name="Rules">What it allows.</param>
internal sealed record Grant(string Role, string Namespace, IReadOnlySet<string> Users, IReadOnlySet<string> Groups, IReadOnlyList<PolicyRule> Rules)
{
    public bool Allows(UserInfo user, AccessRequest request) =>
        (Namespace.Length == 0 || Namespace == request.Namespace)
        && (Users.Contains(user.Name) || user.Groups.Any(Groups.Contains))
        && Rules.Any(rule => rule.Allows(request));
}
