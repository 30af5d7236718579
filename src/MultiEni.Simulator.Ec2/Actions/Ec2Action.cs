using MultiEni.Simulator.Ec2.Protocol;
using MultiEni.Simulator.Ec2.State;

namespace MultiEni.Simulator.Ec2.Actions;

/// <summary>
/// One action of the API. It either throws before it has changed anything, or changes and writes
/// its answer.
/// </summary>
internal sealed record Ec2Action(string Name, bool Mutating, Action<Ec2State, QueryParameters, XmlAnswer> Execute);
