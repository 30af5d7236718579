namespace MultiEni.VirtualMachine.Tests;

public sealed class NoIommuNode() : NodeFixture(MachineMode.NoIommu);
