namespace MultiEni.Api.Kubernetes;

/// <summary>One address of a node.</summary>
/// <param name="Type"><c>InternalIP</c>, <c>Hostname</c> and others.</param>
/// <param name="Address">The address.</param>
public sealed record NodeAddress(string Type, string Address);
