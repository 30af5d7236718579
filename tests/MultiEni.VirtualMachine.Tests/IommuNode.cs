namespace MultiEni.VirtualMachine.Tests;

public sealed class IommuNode() : NodeFixture(MachineMode.Iommu);
