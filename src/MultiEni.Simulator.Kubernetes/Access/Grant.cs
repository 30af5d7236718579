namespace MultiEni.Simulator.Kubernetes.Access;

/// <summary>
/// A role given to somebody, in a namespace or everywhere; its rules are null when it does not
/// exist.
/// </summary>
internal sealed record Grant(
    string Role,
    string Binding,
    string Namespace,
    IReadOnlyList<(string Name, Func<UserInfo, bool> Includes)> Subjects,
    IReadOnlyList<PolicyRule>? Rules
)
{
    /// <summary>
    /// The first subject that a user is; null when he is none of them, or the grant does not hold
    /// there.
    /// </summary>
    public string? SubjectOf(UserInfo user, string inNamespace) =>
        Namespace.Length > 0 && Namespace != inNamespace ? null : Subjects.FirstOrDefault(subject => subject.Includes(user)).Name;
}
