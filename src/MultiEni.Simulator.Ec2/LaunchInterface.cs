namespace MultiEni.Simulator.Ec2;

/// <summary>
/// A network interface that a launch template gives an instance: it costs no call of its own, and
/// its tags are there from the start (docs/reference/ec2.md#parameters).
/// </summary>
public sealed record LaunchInterface(int DeviceIndex, string SubnetId)
{
    /// <summary>The card it sits on.</summary>
    public int NetworkCardIndex { get; init; }

    /// <summary>The default group of the VPC when empty.</summary>
    public IReadOnlyList<string> GroupIds { get; init; } = [];

    /// <summary>True unless the template says otherwise.</summary>
    public bool DeleteOnTermination { get; init; } = true;

    /// <summary>Free text.</summary>
    public string Description { get; init; } = "";

    /// <summary>Tags of the interface.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
