using MultiEni.Api.Kubernetes;

namespace MultiEni.Api.EniAttachments;

/// <summary>
/// One ENI on one node: the hand-over point between the controller, which owns the specification and <c>status.network</c>, and the
/// agent of that node, which owns <c>status.device</c>. Machine-written.
/// </summary>
public sealed record EniAttachment : IKubernetesObject
{
    /// <inheritdoc />
    public string? ApiVersion { get; set; }

    /// <inheritdoc />
    public string? Kind { get; set; }

    /// <inheritdoc />
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>The ENI and device wanted. Required by the schema; null only in a patch that leaves it alone.</summary>
    public EniAttachmentSpec? Spec { get; set; }

    /// <summary>What is the case.</summary>
    public EniAttachmentStatus? Status { get; set; }
}

/// <summary>The state of one attachment. Controller and agent own disjoint parts.</summary>
public sealed record EniAttachmentStatus
{
    /// <summary>The EC2 side. Written by the controller.</summary>
    public NetworkStatus? Network { get; set; }

    /// <summary>The node side. Written by the agent.</summary>
    public DeviceStatus? Device { get; set; }

    /// <summary>See <see cref="ConditionTypes"/>; each writer owns its types.</summary>
    public List<Condition>? Conditions { get; set; }
}

/// <summary>Values of <see cref="NetworkStatus.State"/>: where the ENI is on its road.</summary>
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

    /// <summary>Waiting for the agent to give the device back before it is detached.</summary>
    public const string Releasing = "Releasing";

    /// <summary>EC2 is detaching it.</summary>
    public const string Detaching = "Detaching";

    /// <summary>Detached and about to be deleted.</summary>
    public const string Deleting = "Deleting";

    /// <summary>Nothing exists in EC2 any more.</summary>
    public const string Deleted = "Deleted";

    /// <summary>Whether EC2 has the ENI attached, so that its device is on the node.</summary>
    public static bool IsAttached(string? state) => state is Attached or Releasing;

    /// <summary>Whether the state is of an ENI that is being taken away: the controller does not write it down for one that is gone in a moment.</summary>
    public static bool ReportsDeletion(string? state) => state is Releasing or Detaching or Deleting or Deleted;
}
