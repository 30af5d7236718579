using MultiEni.Api.Kubernetes;

namespace MultiEni.Api.EniAttachments;

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
