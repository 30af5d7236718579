namespace MultiEni.Simulator.Kubernetes.Access;

/// <summary>A right that somebody used.</summary>
/// <param name="User">Who.</param>
/// <param name="Role">
/// By which role, such as <c>ClusterRole/eni-manager</c> or <c>Role/NAMESPACE/NAME</c>.
/// </param>
/// <param name="Verb">Such as <c>list</c>.</param>
/// <param name="Group">Empty for the core group.</param>
/// <param name="Resource">With its subresource after a slash.</param>
public readonly record struct UsedRight(string User, string Role, string Verb, string Group, string Resource);
