namespace MultiEni.VirtualMachine.Tests;

/// <summary>A machine with an IOMMU.</summary>
public sealed class OnAMetalInstance(IommuNode node) : LifeStories(node), IClassFixture<IommuNode>;
