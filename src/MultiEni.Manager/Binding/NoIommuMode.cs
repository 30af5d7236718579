namespace MultiEni.Manager.Binding;

/// <summary>When a device may be bound without an IOMMU behind it, which gives its user access to all memory of the node [sriov 8].</summary>
public enum NoIommuMode
{
    /// <summary>Where the device has no IOMMU group.</summary>
    Auto,

    /// <summary>Switched on before every bind, whether needed or not.</summary>
    Always,

    /// <summary>Not at all.</summary>
    Never,
}
