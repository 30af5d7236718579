namespace MultiEni.Controller.Ec2.Permissions;

/// <summary>What a dry run is tried on. Policies have conditions on tags, so only resources of the kind in use give an answer that counts.</summary>
/// <param name="SubnetId">For Create.</param>
/// <param name="SecurityGroupIds">For Create.</param>
/// <param name="Tags">For Create and CreateTags.</param>
/// <param name="EniId">For everything else; a made-up one mostly gives an inconclusive answer.</param>
/// <param name="InstanceId">For Attach.</param>
/// <param name="AttachmentId">For Detach.</param>
internal sealed record PreflightSubject(
    string SubnetId,
    IReadOnlyList<string> SecurityGroupIds,
    IReadOnlyDictionary<string, string> Tags,
    string EniId,
    string InstanceId,
    string AttachmentId
);
