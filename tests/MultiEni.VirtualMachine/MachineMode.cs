namespace MultiEni.VirtualMachine;

/// <summary>How a virtual machine confines the memory accesses of its devices.</summary>
public enum MachineMode
{
    /// <summary>Not at all, as on virtualized EC2 instances.</summary>
    NoIommu,

    /// <summary>With an emulated IOMMU, as on <c>.metal</c> instances.</summary>
    Iommu,
}
