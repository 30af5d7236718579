namespace MultiEni.Simulator.Ec2;

/// <summary>
/// An instance as <c>DescribeInstances</c> shows it, without its network interfaces.
/// </summary>
public sealed record Instance(
    string Id,
    string ReservationId,
    InstanceType Type,
    string SubnetId,
    string VpcId,
    string AvailabilityZone,
    string PrivateIpAddress,
    DateTimeOffset LaunchTime,
    IReadOnlyDictionary<string, string> Tags
)
{
    /// <summary>Where the instance is in its life.</summary>
    public InstanceState State { get; init; } = InstanceState.Pending;

    /// <summary>Order of launch, which is the order of pages.</summary>
    internal long Sequence { get; init; }

    /// <summary>How the instance offers its metadata service.</summary>
    public MetadataOptions Metadata { get; init; } = new();
}
