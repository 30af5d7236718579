using System.Runtime.InteropServices;

namespace MultiEni.Controller.Ec2.Inventory;

/// <summary>A description asked of EC2: what is learned from its answer is as old as the moment it was asked.</summary>
/// <param name="Generation">Grows with every observation and every call of ours.</param>
/// <param name="Began">When it was asked.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Observation(long Generation, DateTimeOffset Began);
