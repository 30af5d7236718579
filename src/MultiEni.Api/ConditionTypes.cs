namespace MultiEni.Api;

/// <summary>Types of the conditions on NodeENIs and ENIAttachments.</summary>
public static class ConditionTypes
{
    /// <summary>NodeENI: every source of subnets led to subnets.</summary>
    public const string SubnetsResolved = nameof(SubnetsResolved);

    /// <summary>NodeENI: every source of security groups led to groups.</summary>
    public const string SecurityGroupsResolved = nameof(SecurityGroupsResolved);

    /// <summary>NodeENI: the controller's role may call what it has to. Shown from the first missing permission on.</summary>
    public const string PermissionsGranted = nameof(PermissionsGranted);

    /// <summary>NodeENI: work is under way that should end by itself.</summary>
    public const string Progressing = nameof(Progressing);

    /// <summary>NodeENI: something is not as asked for; the message says what to do.</summary>
    public const string Degraded = nameof(Degraded);

    /// <summary>Both: all that was asked for is done.</summary>
    public const string Ready = nameof(Ready);

    /// <summary>ENIAttachment, by the controller: EC2 confirmed that the ENI is attached.</summary>
    public const string Attached = nameof(Attached);

    /// <summary>ENIAttachment, by the agent: the device was found, its link is up with the wanted MTU.</summary>
    public const string Configured = nameof(Configured);

    /// <summary>ENIAttachment, by the agent: the DPDK driver holds the device.</summary>
    public const string Bound = nameof(Bound);

    /// <summary>ENIAttachment, by the agent: pods can request the device.</summary>
    public const string Advertised = nameof(Advertised);

    /// <summary>ENIAttachment, by the agent while it is being deleted: the device was given back. False with a reason is an answer that the controller waits on.</summary>
    public const string Released = nameof(Released);

    /// <summary>Whether the agent writes the condition of an ENIAttachment.</summary>
    public static bool IsAgents(string type) => type is Configured or Bound or Advertised or Released;
}
