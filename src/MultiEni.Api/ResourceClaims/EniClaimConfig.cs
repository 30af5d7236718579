namespace MultiEni.Api.ResourceClaims;

/// <summary>
/// What a claim, or a class, may say to the driver about its devices. What it leaves out is as the
/// NodeENI has it.
/// </summary>
public sealed record EniClaimConfig
{
    /// <summary><see cref="ClaimNames.ConfigApiVersion"/>.</summary>
    public string ApiVersion { get; set; } = ClaimNames.ConfigApiVersion;

    /// <summary><see cref="ClaimNames.ConfigKind"/>.</summary>
    public string Kind { get; set; } = ClaimNames.ConfigKind;

    /// <summary>One of <see cref="ClaimModes"/>; null for the device's own.</summary>
    public string? Mode { get; set; }

    /// <summary>
    /// The user-space driver for <see cref="ClaimModes.Dpdk"/>; null for the device's own.
    /// </summary>
    public string? Driver { get; set; }
}

/// <summary>What a device is while a claim has it.</summary>
public static class ClaimModes
{
    /// <summary>An interface of the kernel.</summary>
    public const string Kernel = "kernel";

    /// <summary>A device of a user-space driver.</summary>
    public const string Dpdk = "dpdk";
}
