namespace MultiEni.VirtualMachine.Tests;

/// <summary>A machine without an IOMMU.</summary>
public sealed class OnAVirtualInstance(NoIommuNode node) : CrashStories(node), IClassFixture<NoIommuNode>;
