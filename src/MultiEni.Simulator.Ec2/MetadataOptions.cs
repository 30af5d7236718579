namespace MultiEni.Simulator.Ec2;

/// <summary>
/// The metadata service of an instance. The defaults are the common hardened ones: pods do not
/// reach it (docs/reference/ec2.md#instance-metadata).
/// </summary>
public sealed record MetadataOptions
{
    /// <summary><c>required</c> or <c>optional</c>.</summary>
    public string HttpTokens { get; init; } = "required";

    /// <summary><c>enabled</c> or <c>disabled</c>.</summary>
    public string HttpEndpoint { get; init; } = "enabled";

    /// <summary>How many network hops an answer travels, 1 to 64.</summary>
    public int HopLimit { get; init; } = 1;
}
