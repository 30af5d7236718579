using MultiEni.Api.Kubernetes;

namespace MultiEni.Api.EniAttachments;

/// <summary>
/// One ENI on one node: the interface between the controller, which owns the spec and
/// <c>status.network</c>, and the ENI manager on that node, which owns <c>status.device</c>.
/// Machine-written.
/// </summary>
public sealed record EniAttachment : IKubernetesObject
{
    /// <inheritdoc />
    public string? ApiVersion { get; set; }

    /// <inheritdoc />
    public string? Kind { get; set; }

    /// <inheritdoc />
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>
    /// The desired ENI and device. Required by the schema; null only in a patch that does not
    /// change it.
    /// </summary>
    public EniAttachmentSpec? Spec { get; set; }

    /// <summary>Observed state.</summary>
    public EniAttachmentStatus? Status { get; set; }
}

/// <summary>
/// The observed state of one attachment. Controller and ENI manager own disjoint parts.
/// </summary>
public sealed record EniAttachmentStatus
{
    /// <summary>The ENI in EC2. Written by the controller.</summary>
    public NetworkStatus? Network { get; set; }

    /// <summary>The device on the node. Written by the ENI manager.</summary>
    public DeviceStatus? Device { get; set; }

    /// <summary>See <see cref="ConditionTypes"/>; each writer owns its types.</summary>
    public List<Condition>? Conditions { get; set; }
}

/// <summary>Lifecycle states of an ENI, values of <see cref="NetworkStatus.State"/>.</summary>
public static class EniState
{
    /// <summary>Nothing exists in EC2 yet.</summary>
    public const string Pending = "Pending";

    /// <summary>The ENI exists and is not attached.</summary>
    public const string Available = "Available";

    /// <summary>EC2 is attaching it.</summary>
    public const string Attaching = "Attaching";

    /// <summary>EC2 confirmed the attachment.</summary>
    public const string Attached = "Attached";

    /// <summary>Waiting for the ENI manager to release the device before the detach.</summary>
    public const string Releasing = "Releasing";

    /// <summary>EC2 is detaching it.</summary>
    public const string Detaching = "Detaching";

    /// <summary>Detached and about to be deleted.</summary>
    public const string Deleting = "Deleting";

    /// <summary>The ENI no longer exists in EC2.</summary>
    public const string Deleted = "Deleted";

    /// <summary>Whether the ENI is attached in EC2, so that its device is on the node.</summary>
    public static bool IsAttached(string? state) => state is Attached or Releasing;

    /// <summary>
    /// Whether the ENI is being removed. The controller does not write this state if the removal
    /// finishes quickly.
    /// </summary>
    public static bool ReportsDeletion(string? state) => state is Releasing or Detaching or Deleting or Deleted;
}
