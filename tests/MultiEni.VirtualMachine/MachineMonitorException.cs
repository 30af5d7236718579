namespace MultiEni.VirtualMachine;

/// <summary>QEMU refuses a command of its monitor.</summary>
public sealed class MachineMonitorException(string message) : Exception(message);
