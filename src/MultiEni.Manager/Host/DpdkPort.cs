namespace MultiEni.Manager.Host;

/// <summary>What a DPDK program tells of one of its ports. Its word, and no more.</summary>
/// <param name="IsUp">Whether the link is up; null when it does not say.</param>
/// <param name="Statistics">What DPDK counts of every port, under DPDK's names.</param>
/// <param name="Extended">What the port's driver counts beside that, under the driver's names.</param>
internal sealed record DpdkPort(bool? IsUp, IReadOnlyList<DriverCounter> Statistics, IReadOnlyList<DriverCounter> Extended);
