namespace MultiEni.Simulator.Kubernetes.Access;

/// <summary>A role given to somebody, in a namespace or everywhere.</summary>
/// <param name="Role">Kind and name, such as <c>ClusterRole/eni-manager</c>; of a Role, with its namespace.</param>
/// <param name="Binding">The binding as reasons name it, up to its subject: <c>ClusterRoleBinding "a" of ClusterRole "b"</c>.</param>
/// <param name="Namespace">Where it holds; empty for everywhere.</param>
/// <param name="Subjects">To whom it is given: as reasons name them, and a test.</param>
/// <param name="Rules">What it allows; null when the role does not exist.</param>
internal sealed record Grant(
    string Role,
    string Binding,
    string Namespace,
    IReadOnlyList<(string Name, Func<UserInfo, bool> Includes)> Subjects,
    IReadOnlyList<PolicyRule>? Rules
)
{
    /// <summary>The first subject that a user is; null when he is none of them, or the grant does not hold there.</summary>
    public string? SubjectOf(UserInfo user, string inNamespace) =>
        Namespace.Length > 0 && Namespace != inNamespace ? null : Subjects.FirstOrDefault(subject => subject.Includes(user)).Name;
}
