namespace MultiEni.Simulator.Nodes.Scheduling.Devices;

/// <summary>A device and what it is given for.</summary>
internal readonly record struct GivenDevice(AskedDevices For, OfferedDevice Device);
