namespace MultiEni.Controller;

/// <summary>Reasons of the events that the controller records; the names are those of the Go controller where it had one.</summary>
public static class Events
{
    /// <summary>EC2 confirmed that an ENI is attached.</summary>
    public const string EniAttached = "ENIAttached";

    /// <summary>An ENI that the Go controller left is used on.</summary>
    public const string EniAdopted = "ENIAdopted";

    /// <summary>An ENI was detached.</summary>
    public const string EniDetached = "ENIDetached";

    /// <summary>An ENI was deleted.</summary>
    public const string EniDeleted = "ENIDeleted";

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

    /// <summary>An agent was not waited for any longer.</summary>
    public const string ReleaseSkipped = "ReleaseSkipped";

    /// <summary>A cleanup takes longer than it should.</summary>
    public const string CleanupTimeout = "CleanupTimeout";

    /// <summary>An ENI that nobody wants was deleted.</summary>
    public const string LeakedEniDeleted = "LeakedENIDeleted";

    /// <summary>A node lost its startup taint, because its ENIs are ready.</summary>
    public const string StartupTaintRemoved = "StartupTaintRemoved";
}
