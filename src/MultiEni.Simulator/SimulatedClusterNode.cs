using MultiEni.Simulator.Nodes;

namespace MultiEni.Simulator;

/// <summary>One node of a simulated cluster.</summary>
/// <param name="Name">Name of the Kubernetes node.</param>
/// <param name="InstanceId">The EC2 instance.</param>
/// <param name="Zone">Its availability zone.</param>
/// <param name="Host">Its kernel.</param>
public sealed record SimulatedClusterNode(string Name, string InstanceId, string Zone, SimulatedHost Host);
