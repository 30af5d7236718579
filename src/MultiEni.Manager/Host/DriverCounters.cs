namespace MultiEni.Manager.Host;

/// <summary>What the driver of an interface counts.</summary>
/// <param name="BusAddress">
/// Where the driver says that its device is: the PCI address of an ENI, empty for a device without
/// hardware. An interface may have been renamed since it was looked up, and this tells.
/// </param>
/// <param name="Values">The counters in the driver's order and under its names.</param>
internal sealed record DriverCounters(string BusAddress, IReadOnlyList<DriverCounter> Values);

/// <summary>One counter of a driver.</summary>
/// <param name="Name">The driver's name of it, at most 32 characters.</param>
/// <param name="Value">Its value.</param>
internal readonly record struct DriverCounter(string Name, ulong Value);
