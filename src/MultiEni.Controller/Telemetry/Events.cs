namespace MultiEni.Controller.Telemetry;

/// <summary>
/// Reasons of the events that the controller records; the names are those of the Go controller
/// where it had one.
/// </summary>
internal static class Events
{
    /// <summary>EC2 confirmed that an ENI is attached.</summary>
    public const string EniAttached = "ENIAttached";

    /// <summary>
    /// An ENI that the Go controller left is used on, or one that was attached at launch is used.
    /// </summary>
    public const string EniAdopted = "ENIAdopted";

    /// <summary>An adopted ENI of a launch template is nobody's again.</summary>
    public const string EniReleased = "ENIReleased";

    /// <summary>An ENI was detached.</summary>
    public const string EniDetached = "ENIDetached";

    /// <summary>An ENI was deleted.</summary>
    public const string EniDeleted = "ENIDeleted";

    /// <summary>The ENI of a node that went is kept for the next one.</summary>
    public const string EniRetained = "ENIRetained";

    /// <summary>A retained ENI is used by a node.</summary>
    public const string EniReused = "ENIReused";

    /// <summary>A create call failed.</summary>
    public const string EniCreationFailed = "ENICreationFailed";

    /// <summary>An attach call failed.</summary>
    public const string EniAttachmentFailed = "ENIAttachmentFailed";

    /// <summary>A detach call failed.</summary>
    public const string EniDetachmentFailed = "ENIDetachmentFailed";

    /// <summary>A delete call failed.</summary>
    public const string EniDeletionFailed = "ENIDeletionFailed";

    /// <summary>Repairing an attribute failed.</summary>
    public const string EniUpdateFailed = "ENIUpdateFailed";

    /// <summary>An address that a pod asks for by name is not assigned.</summary>
    public const string AddressRefused = "AddressRefused";

    /// <summary>An address that a pod asks for by name was taken from another ENI.</summary>
    public const string AddressMoved = "AddressMoved";

    /// <summary>
    /// Pods need more addresses than the ENI may have by its maximum or its instance type.
    /// </summary>
    public const string AddressLimitReached = "AddressLimitReached";

    /// <summary>EC2 assigns no further addresses for pods, such as those of a full subnet.</summary>
    public const string AddressesUnavailable = "AddressesUnavailable";

    /// <summary>What was in the way of addresses for pods is so no more.</summary>
    public const string AddressesAvailable = "AddressesAvailable";

    /// <summary>An address that no pod needs any more could not be taken away.</summary>
    public const string AddressNotReturned = "AddressNotReturned";

    /// <summary>An Elastic IP was associated with an ENI.</summary>
    public const string ElasticIpAssociated = "ElasticIPAssociated";

    /// <summary>An Elastic IP of a former specification was taken from an ENI.</summary>
    public const string ElasticIpDisassociated = "ElasticIPDisassociated";

    /// <summary>A DPDK driver holds a device.</summary>
    public const string DpdkBound = "DPDKBound";

    /// <summary>A device was not handed to a DPDK driver.</summary>
    public const string DpdkBindFailed = "DPDKBindFailed";

    /// <summary>The kernel driver holds a device again.</summary>
    public const string DpdkUnbound = "DPDKUnbound";

    /// <summary>A device could not be given back to its kernel driver.</summary>
    public const string DpdkUnbindFailed = "DPDKUnbindFailed";

    /// <summary>A device must not be touched, or its link could not be set.</summary>
    public const string DeviceRefused = "DeviceRefused";

    /// <summary>A device is to be given back and a pod or a process has it.</summary>
    public const string DeviceInUse = "DeviceInUse";

    /// <summary>A device that was waited for was given back and its ENI may be detached.</summary>
    public const string DeviceReleased = "DeviceReleased";

    /// <summary>Pods can request a device.</summary>
    public const string DeviceAdvertised = "DeviceAdvertised";

    /// <summary>Pods cannot request a device, and somebody has to do something about it.</summary>
    public const string DeviceNotAdvertised = "DeviceNotAdvertised";

    /// <summary>An agent was not waited for any longer.</summary>
    public const string ReleaseSkipped = "ReleaseSkipped";

    /// <summary>A cleanup takes longer than it should.</summary>
    public const string CleanupTimeout = "CleanupTimeout";

    /// <summary>An ENI that nobody wants was deleted.</summary>
    public const string LeakedEniDeleted = "LeakedENIDeleted";

    /// <summary>A node lost its startup taint, because its ENIs are ready.</summary>
    public const string StartupTaintRemoved = "StartupTaintRemoved";
}
