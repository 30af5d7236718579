using MultiEni.Manager.Devices;

namespace MultiEni.Manager.Publishing;

/// <summary>A device that pods may have.</summary>
/// <param name="Resource">The resource under which they request it.</param>
/// <param name="Address">Where it is.</param>
/// <param name="Ids">What it is, read from the device.</param>
/// <param name="Driver">The driver that really holds it.</param>
internal sealed record OfferedDevice(ResourceName Resource, PciAddress Address, PciIds Ids, string Driver);
