namespace MultiEni.Cli.Status;

/// <summary>One node within a NodeENI.</summary>
/// <param name="Name">Its name.</param>
/// <param name="InstanceId">EC2 instance behind it.</param>
/// <param name="Health">The worst of its ENIs.</param>
/// <param name="Enis">Its ENIs by device index.</param>
internal sealed record NodeStatusItem(string Name, string InstanceId, Health Health, IReadOnlyList<EniStatusItem> Enis);
