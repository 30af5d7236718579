namespace MultiEni.Ipam.Protocol;

/// <summary>Where plugin and ENI manager meet on a node.</summary>
public static class IpamPaths
{
    /// <summary>Socket of the ENI manager.</summary>
    public const string Socket = "/run/aws-multi-eni-controller/ipam.sock";

    /// <summary>
    /// Folder for notes of interfaces that were deleted while the ENI manager did not answer; one
    /// file <c>*.note</c> each, with an <see cref="IpamRequest"/>. The same interface always has the
    /// same one. Files that begin with a dot are not complete.
    /// </summary>
    public const string Notes = "/run/aws-multi-eni-controller/ipam-deleted";

    /// <summary>Name of the plugin's file, and its <c>type</c> in a network configuration.</summary>
    public const string Plugin = "eni-ipam";

    /// <summary>
    /// Bytes (UTF-8) of the plugin's file after which its version follows, ended by a semicolon.
    /// </summary>
    public const string VersionMarker = "aws-multi-eni-controller eni-ipam version ";
}
