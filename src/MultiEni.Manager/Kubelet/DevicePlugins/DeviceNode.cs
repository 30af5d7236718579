namespace MultiEni.Manager.Kubelet.DevicePlugins;

/// <summary>A device node for a container.</summary>
/// <param name="HostPath">Where it is on the node.</param>
/// <param name="ContainerPath">Where the container sees it.</param>
internal sealed record DeviceNode(string HostPath, string ContainerPath)
{
    /// <summary>What the container may do with it.</summary>
    public const string Permissions = "rw";
}
