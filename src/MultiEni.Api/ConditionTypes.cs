namespace MultiEni.Api;

/// <summary>Types of the conditions on NodeENIs and ENIAttachments.</summary>
public static class ConditionTypes
{
    /// <summary>NodeENI: all subnets were resolved.</summary>
    public const string SubnetsResolved = nameof(SubnetsResolved);

    /// <summary>NodeENI: all security groups were resolved.</summary>
    public const string SecurityGroupsResolved = nameof(SecurityGroupsResolved);

    /// <summary>
    /// NodeENI: the controller's role has all required permissions. Only set once a permission was
    /// missing.
    /// </summary>
    public const string PermissionsGranted = nameof(PermissionsGranted);

    /// <summary>NodeENI: reconciliation is in progress and needs no intervention.</summary>
    public const string Progressing = nameof(Progressing);

    /// <summary>
    /// NodeENI: the observed state deviates from the spec and needs attention; the message has the
    /// remedy.
    /// </summary>
    public const string Degraded = nameof(Degraded);

    /// <summary>Both: the desired state is reached.</summary>
    public const string Ready = nameof(Ready);

    /// <summary>ENIAttachment, by the controller: EC2 confirmed that the ENI is attached.</summary>
    public const string Attached = nameof(Attached);

    /// <summary>
    /// Both, by the controller: the ENI has the free addresses that <c>spec.podAddresses</c> asks
    /// for. Only set with that field; <see cref="Ready"/> does not depend on it.
    /// </summary>
    public const string PodAddresses = nameof(PodAddresses);

    /// <summary>
    /// ENIAttachment, by the ENI manager: the device was found and its link is up with the desired
    /// MTU.
    /// </summary>
    public const string Configured = nameof(Configured);

    /// <summary>
    /// ENIAttachment, by the ENI manager: the device is bound to its DPDK driver.
    /// </summary>
    public const string Bound = nameof(Bound);

    /// <summary>ENIAttachment, by the ENI manager: pods can request the device.</summary>
    public const string Advertised = nameof(Advertised);

    /// <summary>
    /// ENIAttachment, by the ENI manager during deletion: the device is released. While it is False
    /// with a reason, the controller waits.
    /// </summary>
    public const string Released = nameof(Released);

    /// <summary>Whether the ENI manager writes this condition of an ENIAttachment.</summary>
    public static bool IsAgents(string type) => type is Configured or Bound or Advertised or Released;
}
