namespace MultiEni.Simulator.Kubernetes.Access;

/// <summary>Whether somebody may do something.</summary>
/// <param name="Roles">The roles that allow it; empty when none does.</param>
/// <param name="Reason">What an access review says about it; may be empty.</param>
internal sealed record AccessDecision(IReadOnlyList<string> Roles, string Reason)
{
    public bool IsAllowed => Roles.Count > 0;
}
