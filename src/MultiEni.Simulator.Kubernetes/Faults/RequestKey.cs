namespace MultiEni.Simulator.Kubernetes.Faults;

/// <summary>What requests are counted by.</summary>
/// <param name="Verb">As in <see cref="RequestInfo.Verb"/>.</param>
/// <param name="Resource">
/// The resource with its subresource, such as <c>nodes/status</c>; empty outside of resources.
/// </param>
/// <param name="UserAgent">The product name in the User-Agent header.</param>
public readonly record struct RequestKey(string Verb, string Resource, string UserAgent);
