namespace MultiEni.Manager.Publishing;

/// <summary>Who offers devices to pods.</summary>
internal enum PublisherChoice
{
    /// <summary>The SR-IOV device plugin, by its file.</summary>
    SriovConfig,

    /// <summary>This program, as a device plugin of its own.</summary>
    Embedded,

    /// <summary>Nobody: devices are bound and left at that.</summary>
    None,
}
