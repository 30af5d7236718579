namespace MultiEni.Simulator.Ec2.State;

/// <summary>One posting list: the name of a filter and a value of it.</summary>
internal readonly record struct IndexKey(string Filter, string Value);
