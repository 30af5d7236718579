namespace MultiEni.Ipam.Protocol;

/// <summary>
/// What the CNI plugin asks the ENI manager: one JSON object on a connection of its own, ended by
/// closing the sending side. The answer is an <see cref="IpamReply"/>.
/// </summary>
public sealed record IpamRequest
{
    /// <summary>One of <see cref="IpamCommands"/>.</summary>
    public string Command { get; set; } = "";

    /// <summary>Name of the network configuration.</summary>
    public string Network { get; set; } = "";

    /// <summary>
    /// Type of the plugin that asks for the address, such as <c>ipvlan</c> or <c>host-device</c>.
    /// </summary>
    public string? Plugin { get; set; }

    /// <summary>The sandbox (<c>CNI_CONTAINERID</c>).</summary>
    public string? ContainerId { get; set; }

    /// <summary>The interface in the pod (<c>CNI_IFNAME</c>).</summary>
    public string? Interface { get; set; }

    /// <summary>Path of the pod's network namespace (<c>CNI_NETNS</c>).</summary>
    public string? NetworkNamespace { get; set; }

    /// <summary>Namespace of the pod, if the runtime said so.</summary>
    public string? PodNamespace { get; set; }

    /// <summary>Name of the pod, if the runtime said so.</summary>
    public string? PodName { get; set; }

    /// <summary>UID of the pod, if the runtime said so.</summary>
    public string? PodUid { get; set; }

    /// <summary>PCI address of the device that the pod was allocated.</summary>
    public string? DeviceId { get; set; }

    /// <summary>The host's link: its name or an alternative one.</summary>
    public string? Link { get; set; }

    /// <summary>MAC address of the host's link.</summary>
    public string? MacAddress { get; set; }

    /// <summary>Name of the NodeENI, where neither device nor link is given.</summary>
    public string? NodeEni { get; set; }

    /// <summary>Addresses that are asked for by name, with or without a prefix length.</summary>
    public List<string>? Addresses { get; set; }

    /// <summary>With <see cref="IpamCommands.Gc"/>: the interfaces that still exist.</summary>
    public List<IpamInterface>? Valid { get; set; }
}

/// <summary>An interface of a sandbox.</summary>
public sealed record IpamInterface
{
    /// <summary>The sandbox.</summary>
    public string ContainerId { get; set; } = "";

    /// <summary>The interface in the pod.</summary>
    public string Interface { get; set; } = "";
}

/// <summary>Values of <see cref="IpamRequest.Command"/>, as CNI names them.</summary>
public static class IpamCommands
{
    /// <summary>Give an address.</summary>
    public const string Add = "ADD";

    /// <summary>Take it back.</summary>
    public const string Del = "DEL";

    /// <summary>Is it as given?</summary>
    public const string Check = "CHECK";

    /// <summary>Take back what no interface has that still exists.</summary>
    public const string Gc = "GC";

    /// <summary>Can addresses be given?</summary>
    public const string Status = "STATUS";
}
