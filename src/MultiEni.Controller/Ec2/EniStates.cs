namespace MultiEni.Controller.Ec2;

/// <summary>States of ENIs and attachments that decisions look at; EC2 may send others (docs/reference/ec2.md#states).</summary>
internal static class EniStates
{
    /// <summary>ENI: just created.</summary>
    public const string Pending = "pending";

    /// <summary>ENI: not attached.</summary>
    public const string Available = "available";

    /// <summary>ENI: attached.</summary>
    public const string InUse = "in-use";

    /// <summary>ENI and attachment: on its way to the instance.</summary>
    public const string Attaching = "attaching";

    /// <summary>Attachment: done.</summary>
    public const string Attached = "attached";

    /// <summary>ENI and attachment: on its way from the instance.</summary>
    public const string Detaching = "detaching";

    /// <summary>Attachment: gone.</summary>
    public const string Detached = "detached";
}
