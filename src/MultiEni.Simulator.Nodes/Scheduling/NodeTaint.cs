namespace MultiEni.Simulator.Nodes.Scheduling;

/// <summary>A taint of a node.</summary>
internal sealed record NodeTaint(string Key, string Value, string Effect);
