namespace MultiEni.Controller.Ec2;

/// <summary>The effect of one of our calls, told at once so that nobody has to ask EC2 what we have just done.</summary>
public abstract record OwnChange
{
    private OwnChange() { }

    /// <summary>A Create is about to be sent for a slot; from here on absence needs proof (docs/reference/ec2.md#one-eni-per-slot).</summary>
    public sealed record CreateSent(string Slot) : OwnChange;

    /// <summary>That Create certainly made nothing: EC2 refused it.</summary>
    public sealed record CreateRefused(string Slot) : OwnChange;

    /// <summary>EC2 answered with the new ENI, or with the one an earlier call with this token made.</summary>
    public sealed record Created(EniRow Row) : OwnChange;

    /// <summary>An ENI that the Go controller left was given our tags.</summary>
    public sealed record Adopted(EniRow Row) : OwnChange;

    /// <summary>An attachment began.</summary>
    public sealed record Attached(string EniId, EniAttachmentRow Attachment) : OwnChange;

    /// <summary>A detachment began.</summary>
    public sealed record Detached(string AttachmentId) : OwnChange;

    /// <summary>The ENI is deleted.</summary>
    public sealed record Deleted(string EniId) : OwnChange;

    /// <summary>The source/destination check was set.</summary>
    public sealed record SourceDestCheckSet(string EniId, bool Value) : OwnChange;

    /// <summary>Delete-on-termination was set.</summary>
    public sealed record DeleteOnTerminationSet(string EniId, string AttachmentId, bool Value) : OwnChange;

    /// <summary>The security groups were replaced.</summary>
    public sealed record SecurityGroupsSet(string EniId, IReadOnlyList<string> SecurityGroupIds) : OwnChange;

    /// <summary>The description was replaced.</summary>
    public sealed record DescriptionSet(string EniId, string Description) : OwnChange;

    /// <summary>Tags were added or changed.</summary>
    public sealed record TagsSet(string EniId, IReadOnlyDictionary<string, string> Tags) : OwnChange;

    /// <summary>Tags were removed.</summary>
    public sealed record TagsRemoved(string EniId, IReadOnlyList<string> Keys) : OwnChange;

    /// <summary>Addresses or prefixes were added.</summary>
    public sealed record AddressesAssigned(
        string EniId,
        IReadOnlyList<string> PrivateIps,
        IReadOnlyList<string> Ipv6Addresses,
        IReadOnlyList<string> Prefixes
    ) : OwnChange;
}
