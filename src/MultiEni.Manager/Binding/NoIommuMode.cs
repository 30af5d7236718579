namespace MultiEni.Manager.Binding;

/// <summary>
/// When a device may be bound without an IOMMU behind it, which gives its user access to all memory of the node
/// (docs/noiommu.md#what-no-iommu-mode-means). Where a device is behind an IOMMU, none of these changes anything.
/// </summary>
internal enum NoIommuMode
{
    /// <summary>Where the device has no IOMMU group. A node on which that is impossible is set up all the same, for its other ENIs.</summary>
    Auto,

    /// <summary>As <see cref="Auto"/>, and a node without an IOMMU whose kernel cannot do it does not come up.</summary>
    Always,

    /// <summary>Not at all.</summary>
    Never,
}
