using MultiEni.Api;
using MultiEni.Controller.Attachments;
using MultiEni.Controller.Ec2.Failures;
using MultiEni.Controller.Telemetry;
using static MultiEni.Controller.Ec2.Ec2Actions;

namespace MultiEni.Controller.Tests.Attachments;

/// <summary>
/// The last columns of the table of errors: what people see of each, as condition and as event. The
/// metric's label is in the table of reactions.
/// </summary>
public sealed class FailureReportTests
{
    // API, error code, message, reason of the condition (null: none is written), reason of the
    // event (null: none).
    [Theory]
    [Trait("weakness", "W17")]
    [InlineData(AttachNetworkInterface, "RequestLimitExceeded", "", Reasons.Throttled, null)]
    [InlineData(CreateNetworkInterface, "Throttling", "", Reasons.Throttled, null)]
    [InlineData(CreateNetworkInterface, "InternalError", "", Reasons.Ec2Unavailable, Events.EniCreationFailed)]
    [InlineData(AttachNetworkInterface, "InternalFailure", "", Reasons.Ec2Unavailable, Events.EniAttachmentFailed)]
    [InlineData(DetachNetworkInterface, "ServerInternal", "", Reasons.Ec2Unavailable, Events.EniDetachmentFailed)]
    [InlineData(DeleteNetworkInterface, "ServiceUnavailable", "", Reasons.Ec2Unavailable, Events.EniDeletionFailed)]
    [InlineData(ModifyNetworkInterfaceAttribute, "Unavailable", "", Reasons.Ec2Unavailable, Events.EniUpdateFailed)]
    [InlineData(CreateNetworkInterface, "IdempotentParameterMismatch", "", Reasons.Creating, Events.EniCreationFailed)]
    [InlineData(CreateNetworkInterface, "InsufficientFreeAddressesInSubnet", "", Reasons.SubnetFull, Events.EniCreationFailed)]
    [InlineData(CreateNetworkInterface, "InsufficientCidrBlocks", "", Reasons.SubnetFull, Events.EniCreationFailed)]
    [InlineData(CreateNetworkInterface, "NetworkInterfaceLimitExceeded", "", Reasons.QuotaExceeded, Events.EniCreationFailed)]
    [InlineData(CreateNetworkInterface, "PrivateIpAddressLimitExceeded", "", Reasons.InvalidSpec, Events.EniCreationFailed)]
    [InlineData(CreateNetworkInterface, "SecurityGroupsPerInterfaceLimitExceeded", "", Reasons.InvalidSpec, Events.EniCreationFailed)]
    [InlineData(CreateNetworkInterface, "TagLimitExceeded", "", Reasons.InvalidSpec, Events.EniCreationFailed)]
    [InlineData(CreateNetworkInterface, "TagPolicyViolation", "", Reasons.InvalidSpec, Events.EniCreationFailed)]
    [InlineData(CreateNetworkInterface, "InvalidSubnetID.NotFound", "", Reasons.SubnetNotFound, Events.EniCreationFailed)]
    [InlineData(CreateNetworkInterface, "InvalidGroup.NotFound", "", Reasons.SecurityGroupNotFound, Events.EniCreationFailed)]
    [InlineData(CreateNetworkInterface, "InvalidSecurityGroupID.Malformed", "", Reasons.SecurityGroupNotFound, Events.EniCreationFailed)]
    [InlineData(AttachNetworkInterface, "InvalidNetworkInterfaceID.NotFound", "", Reasons.Ec2Error, Events.EniAttachmentFailed)]
    [InlineData(DeleteNetworkInterface, "InvalidNetworkInterfaceID.NotFound", "", null, null)]
    [InlineData(AttachNetworkInterface, "AttachmentLimitExceeded", "", Reasons.InstanceLimit, Events.EniAttachmentFailed)]
    [InlineData(
        AttachNetworkInterface,
        "InvalidParameterValue",
        "Instance 'i-1' already has an interface attached at device index '1'.",
        Reasons.DeviceIndexTaken,
        Events.EniAttachmentFailed
    )]
    [InlineData(AttachNetworkInterface, "InvalidNetworkInterface.InUse", "", Reasons.EniInUseElsewhere, Events.EniAttachmentFailed)]
    [InlineData(DeleteNetworkInterface, "InvalidParameterValue", "Network interface 'eni-1' is currently in use.", null, null)]
    [InlineData(DetachNetworkInterface, "InvalidAttachmentID.NotFound", "", null, null)]
    [InlineData(AttachNetworkInterface, "IncorrectState", "Instance is not 'running'", Reasons.InstanceNotRunning, Events.EniAttachmentFailed)]
    [InlineData(AttachNetworkInterface, "IncorrectInstanceState", "", Reasons.InstanceNotRunning, Events.EniAttachmentFailed)]
    [InlineData(AttachNetworkInterface, "InvalidInstanceID.NotFound", "", Reasons.InstanceGone, Events.EniAttachmentFailed)]
    [InlineData(DetachNetworkInterface, "OperationNotPermitted", "", Reasons.Ec2Error, Events.EniDetachmentFailed)]
    [InlineData(DeleteNetworkInterface, "DependencyViolation", "", Reasons.Ec2Error, Events.EniDeletionFailed)]
    [InlineData(CreateTags, "ConcurrentTagAccess", "", Reasons.Ec2Error, Events.EniUpdateFailed)]
    [InlineData(CreateNetworkInterface, "UnauthorizedOperation", "", Reasons.Unauthorized, Events.EniCreationFailed)]
    [InlineData(AttachNetworkInterface, "AuthFailure", "", Reasons.AuthenticationFailed, Events.EniAttachmentFailed)]
    [InlineData(AttachNetworkInterface, "OptInRequired", "", Reasons.Unauthorized, Events.EniAttachmentFailed)]
    [InlineData(AttachNetworkInterface, "RequestExpired", "", Reasons.AuthenticationFailed, Events.EniAttachmentFailed)]
    [InlineData(AttachNetworkInterface, "DryRunOperation", "", null, null)]
    [InlineData(AttachNetworkInterface, "UnsupportedOperation", "", Reasons.InvalidSpec, Events.EniAttachmentFailed)]
    [InlineData(CreateNetworkInterface, "SomethingNew", "", Reasons.Ec2Error, Events.EniCreationFailed)]
    public void Every_error_code_has_a_condition_and_an_event_or_is_no_news(
        string action,
        string code,
        string message,
        string? reason,
        string? @event
    )
    {
        var report = FailureReport.For(StepOf(action), FailureTable.Classify(action, code, message), "subnet-a1");

        Assert.Equal((reason, @event), (report.Condition?.Reason, report.Event));
        Assert.True(report.Condition is null || report.Condition.Message.Length > 20);
    }

    // Code, EC2's words, what people read.
    [Theory]
    [InlineData("UnauthorizedOperation", "You are not authorized.", "lacks ec2:CreateNetworkInterface: You are not authorized. Grant it;")]
    [InlineData(
        "UnauthorizedOperation",
        "is not authorized to perform: ec2:CreateTags on resource: r because no policy allows it.",
        "lacks ec2:CreateTags, which CreateNetworkInterface needs: "
    )]
    [InlineData("UnauthorizedOperation", "with an explicit deny in a service control policy", "Lift the deny;")]
    [InlineData("OptInRequired", "You are not subscribed to this service.", "was refused (OptInRequired: You are not subscribed to this service);")]
    [InlineData(
        "RequestExpired",
        "Request has expired.",
        "EC2 does not accept the time of CreateNetworkInterface: Request has expired. Check the clock"
    )]
    [InlineData("AuthFailure", "AWS was not able to validate the provided access credentials", "does not accept the controller's credentials")]
    [InlineData(
        FailureTable.NoCredentials,
        "the token service (STS) refused: AccessDenied: no",
        "has no AWS credentials: the token service (STS) refused"
    )]
    [InlineData("InsufficientCidrBlocks", "not enough free cidr blocks", "subnet CIDR reservation")]
    public void What_is_missing_and_what_to_do_is_said_in_whole_sentences(string code, string words, string said)
    {
        var message = FailureMessage.For(FailureTable.Classify(CreateNetworkInterface, code, words));

        Assert.Contains(said, message, StringComparison.Ordinal);
        Assert.DoesNotContain("..", message, StringComparison.Ordinal);
    }

    private static EniStep StepOf(string action) =>
        action switch
        {
            CreateNetworkInterface => new EniStep.Create(1, 2),
            AttachNetworkInterface => new EniStep.Attach(A.Row(), 1),
            DetachNetworkInterface => new EniStep.Detach(A.Row(attachment: A.Attached()), Force: false),
            DeleteNetworkInterface => new EniStep.Delete(A.Row()),
            DeleteTags => new EniStep.Release(A.Row()),
            CreateTags => new EniStep.SetTags(A.Row(), new Dictionary<string, string>()),
            _ => new EniStep.SetDescription(A.Row()),
        };
}
