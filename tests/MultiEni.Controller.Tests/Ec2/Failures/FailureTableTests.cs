using MultiEni.Api;
using MultiEni.Controller.Ec2.Failures;
using static MultiEni.Controller.Ec2.Ec2Actions;

namespace MultiEni.Controller.Tests.Ec2.Failures;

public sealed class FailureTableTests
{
    /// <summary>
    /// API, error code, message, reaction, condition reason, seconds until the next try (null: the
    /// object's backoff), class in metrics.
    /// </summary>
    public static TheoryData<string, string, string, string, string, double?, string> Rows =>
        new()
        {
            {
                AttachNetworkInterface,
                "RequestLimitExceeded",
                "Request limit exceeded.",
                nameof(ReactionKind.Throttled),
                Reasons.Throttled,
                1,
                "throttling"
            },
            { DescribeSubnets, "Throttling", "Rate exceeded", nameof(ReactionKind.Throttled), Reasons.Throttled, 1, "throttling" },
            { CreateNetworkInterface, "InternalError", "", nameof(ReactionKind.OutcomeUnknown), Reasons.Ec2Unavailable, null, "unavailable" },
            { CreateNetworkInterface, "InternalFailure", "", nameof(ReactionKind.OutcomeUnknown), Reasons.Ec2Unavailable, null, "unavailable" },
            { AttachNetworkInterface, "ServerInternal", "", nameof(ReactionKind.OutcomeUnknown), Reasons.Ec2Unavailable, null, "unavailable" },
            { AttachNetworkInterface, "ServiceUnavailable", "", nameof(ReactionKind.OutcomeUnknown), Reasons.Ec2Unavailable, null, "unavailable" },
            { DetachNetworkInterface, "Unavailable", "", nameof(ReactionKind.OutcomeUnknown), Reasons.Ec2Unavailable, null, "unavailable" },
            {
                CreateNetworkInterface,
                "IdempotentParameterMismatch",
                "",
                nameof(ReactionKind.ParameterMismatch),
                Reasons.Creating,
                null,
                "token_mismatch"
            },
            { CreateNetworkInterface, "InsufficientFreeAddressesInSubnet", "", nameof(ReactionKind.SubnetFull), Reasons.SubnetFull, 150, "capacity" },
            { AssignPrivateIpAddresses, "InsufficientCidrBlocks", "", nameof(ReactionKind.SubnetFull), Reasons.SubnetFull, 150, "capacity" },
            {
                AssignPrivateIpAddresses,
                "InvalidParameterValue",
                "There aren't sufficient free Ipv4 addresses or prefixes",
                nameof(ReactionKind.SubnetFull),
                Reasons.SubnetFull,
                150,
                "capacity"
            },
            { CreateNetworkInterface, "NetworkInterfaceLimitExceeded", "", nameof(ReactionKind.QuotaExceeded), Reasons.QuotaExceeded, 180, "quota" },
            {
                CreateNetworkInterface,
                "PrivateIpAddressLimitExceeded",
                "",
                nameof(ReactionKind.InvalidSpec),
                Reasons.InvalidSpec,
                120,
                "invalid_request"
            },
            {
                CreateNetworkInterface,
                "SecurityGroupsPerInterfaceLimitExceeded",
                "",
                nameof(ReactionKind.InvalidSpec),
                Reasons.InvalidSpec,
                120,
                "invalid_request"
            },
            { CreateTags, "TagLimitExceeded", "", nameof(ReactionKind.InvalidSpec), Reasons.InvalidSpec, 120, "invalid_request" },
            { CreateNetworkInterface, "TagPolicyViolation", "", nameof(ReactionKind.InvalidSpec), Reasons.InvalidSpec, 120, "invalid_request" },
            {
                CreateNetworkInterface,
                "InvalidSubnetID.NotFound",
                "",
                nameof(ReactionKind.SubnetNotFound),
                Reasons.SubnetNotFound,
                null,
                "not_found"
            },
            {
                CreateNetworkInterface,
                "InvalidSubnetId.NotFound",
                "",
                nameof(ReactionKind.SubnetNotFound),
                Reasons.SubnetNotFound,
                null,
                "not_found"
            },
            {
                CreateNetworkInterface,
                "InvalidSubnetID.Malformed",
                "",
                nameof(ReactionKind.SubnetNotFound),
                Reasons.SubnetNotFound,
                null,
                "not_found"
            },
            {
                CreateNetworkInterface,
                "InvalidSecurityGroupID.NotFound",
                "",
                nameof(ReactionKind.SecurityGroupNotFound),
                Reasons.SecurityGroupNotFound,
                null,
                "not_found"
            },
            {
                CreateNetworkInterface,
                "InvalidGroup.NotFound",
                "",
                nameof(ReactionKind.SecurityGroupNotFound),
                Reasons.SecurityGroupNotFound,
                null,
                "not_found"
            },
            {
                CreateNetworkInterface,
                "InvalidGroupId.Malformed",
                "",
                nameof(ReactionKind.SecurityGroupNotFound),
                Reasons.SecurityGroupNotFound,
                null,
                "not_found"
            },
            { AttachNetworkInterface, "InvalidNetworkInterfaceID.NotFound", "", nameof(ReactionKind.NotFoundYet), Reasons.Ec2Error, 2, "not_found" },
            {
                ModifyNetworkInterfaceAttribute,
                "InvalidNetworkInterfaceId.NotFound",
                "",
                nameof(ReactionKind.NotFoundYet),
                Reasons.Ec2Error,
                2,
                "not_found"
            },
            { DeleteTags, "InvalidNetworkInterfaceID.NotFound", "", nameof(ReactionKind.NotFound), Reasons.AsExpected, null, "not_found" },
            { CreateTags, "InvalidNetworkInterfaceID.NotFound", "", nameof(ReactionKind.NotFoundYet), Reasons.Ec2Error, 2, "not_found" },
            {
                DeleteNetworkInterface,
                "InvalidNetworkInterfaceID.NotFound",
                "",
                nameof(ReactionKind.NotFound),
                Reasons.AsExpected,
                null,
                "not_found"
            },
            {
                AttachNetworkInterface,
                "AttachmentLimitExceeded",
                "Interface count 4 exceeds the limit for t3.medium",
                nameof(ReactionKind.NodeFull),
                Reasons.InstanceLimit,
                120,
                "instance_limit"
            },
            {
                AttachNetworkInterface,
                "InvalidParameterValue",
                "Instance 'i-1' already has an interface attached at device index '1'.",
                nameof(ReactionKind.IndexTaken),
                Reasons.DeviceIndexTaken,
                1,
                "conflict"
            },
            { AttachNetworkInterface, "InvalidNetworkInterface.InUse", "", nameof(ReactionKind.InUse), Reasons.EniInUseElsewhere, 2, "conflict" },
            { DeleteNetworkInterface, "InvalidNetworkInterface.InUse", "", nameof(ReactionKind.NotDetachedYet), Reasons.Detaching, 2, "conflict" },
            {
                AttachNetworkInterface,
                "InvalidParameterValue",
                "Network interface 'eni-1' is currently in use.",
                nameof(ReactionKind.InUse),
                Reasons.EniInUseElsewhere,
                2,
                "conflict"
            },
            {
                DeleteNetworkInterface,
                "InvalidParameterValue",
                "Network interface 'eni-1' is currently in use.",
                nameof(ReactionKind.NotDetachedYet),
                Reasons.Detaching,
                2,
                "conflict"
            },
            {
                DetachNetworkInterface,
                "InvalidAttachmentID.NotFound",
                "",
                nameof(ReactionKind.AlreadyDetached),
                Reasons.Detaching,
                null,
                "not_found"
            },
            {
                ModifyNetworkInterfaceAttribute,
                "InvalidNetworkInterfaceAttachmentId.Malformed",
                "",
                nameof(ReactionKind.AlreadyDetached),
                Reasons.Detaching,
                null,
                "not_found"
            },
            {
                AttachNetworkInterface,
                "IncorrectState",
                "Instance 'i-1' is not 'running'.",
                nameof(ReactionKind.InstanceNotRunning),
                Reasons.InstanceNotRunning,
                15,
                "instance_state"
            },
            {
                AttachNetworkInterface,
                "IncorrectInstanceState",
                "",
                nameof(ReactionKind.InstanceNotRunning),
                Reasons.InstanceNotRunning,
                15,
                "instance_state"
            },
            {
                AttachNetworkInterface,
                "InvalidInstanceID.NotFound",
                "",
                nameof(ReactionKind.InstanceNotRunning),
                Reasons.InstanceGone,
                15,
                "instance_state"
            },
            {
                AttachNetworkInterface,
                "InvalidParameterValue",
                "You may not attach a network interface to an instance if they are not in the same availability zone",
                nameof(ReactionKind.Unsupported),
                Reasons.InvalidSpec,
                120,
                "unsupported"
            },
            {
                AttachNetworkInterface,
                "InvalidParameterCombination",
                "availability zone",
                nameof(ReactionKind.Unsupported),
                Reasons.InvalidSpec,
                120,
                "unsupported"
            },
            { AttachNetworkInterface, "UnsupportedOperation", "", nameof(ReactionKind.Unsupported), Reasons.InvalidSpec, 120, "unsupported" },
            {
                ModifyNetworkInterfaceAttribute,
                "InvalidParameterCombination",
                "Only one attribute",
                nameof(ReactionKind.InvalidSpec),
                Reasons.InvalidSpec,
                120,
                "invalid_request"
            },
            { DeleteNetworkInterface, "DependencyViolation", "", nameof(ReactionKind.ShortBackoff), Reasons.Ec2Error, 5, "conflict" },
            { CreateTags, "ConcurrentTagAccess", "", nameof(ReactionKind.ShortBackoff), Reasons.Ec2Error, 5, "conflict" },
            {
                DetachNetworkInterface,
                "OperationNotPermitted",
                "The network interface at device index 0 cannot be detached.",
                nameof(ReactionKind.Unknown),
                Reasons.Ec2Error,
                null,
                "unknown"
            },
            { CreateNetworkInterface, "UnauthorizedOperation", "", nameof(ReactionKind.Unauthorized), Reasons.Unauthorized, 300, "authorization" },
            { CreateNetworkInterface, "AuthFailure", "", nameof(ReactionKind.Unauthenticated), Reasons.AuthenticationFailed, 60, "authentication" },
            { DescribeSubnets, "OptInRequired", "", nameof(ReactionKind.Unauthorized), Reasons.Unauthorized, 300, "authorization" },
            { DescribeSubnets, "RequestExpired", "", nameof(ReactionKind.Unauthenticated), Reasons.AuthenticationFailed, 60, "authentication" },
            {
                DescribeSubnets,
                FailureTable.NoCredentials,
                "",
                nameof(ReactionKind.Unauthenticated),
                Reasons.AuthenticationFailed,
                60,
                "authentication"
            },
            { CreateNetworkInterface, "DryRunOperation", "", nameof(ReactionKind.DryRunAllowed), Reasons.AsExpected, null, "dry_run" },
            { CreateNetworkInterface, "SomethingNew", "", nameof(ReactionKind.Unknown), Reasons.Ec2Error, null, "unknown" },
            { CreateNetworkInterface, "Invalid.NotFound", "", nameof(ReactionKind.Unknown), Reasons.Ec2Error, null, "unknown" },
        };

    [Theory]
    [MemberData(nameof(Rows))]
    public void Every_error_code_has_a_reaction_a_reason_a_pause_and_a_class(
        string action,
        string code,
        string message,
        string reaction,
        string reason,
        double? retrySeconds,
        string category
    )
    {
        var failure = FailureTable.Classify(action, code, message);

        Assert.Equal((action, code, message), (failure.Action, failure.Code, failure.Message));
        Assert.Equal(reaction, failure.Reaction.Kind.ToString());
        Assert.Equal(reason, failure.Reaction.Reason);
        Assert.Equal(retrySeconds, failure.Reaction.RetryAfter?.TotalSeconds);
        Assert.Equal(category, failure.Reaction.Category);
    }

    [Theory]
    [InlineData(503, nameof(ReactionKind.OutcomeUnknown))]
    [InlineData(502, nameof(ReactionKind.OutcomeUnknown))]
    [InlineData(0, nameof(ReactionKind.OutcomeUnknown))]
    [InlineData(200, nameof(ReactionKind.OutcomeUnknown))]
    [InlineData(403, nameof(ReactionKind.Unauthorized))]
    [InlineData(429, nameof(ReactionKind.Throttled))]
    [InlineData(404, nameof(ReactionKind.Unknown))]
    public void An_answer_without_an_error_code_is_judged_by_its_status(int status, string reaction) =>
        Assert.Equal(reaction, FailureTable.ClassifyStatus(CreateNetworkInterface, status, "").Reaction.Kind.ToString());

    [Fact]
    public void No_answer_leaves_the_outcome_unknown_and_says_whether_time_or_connection_failed()
    {
        var late = FailureTable.NoAnswer(CreateNetworkInterface, new TaskCanceledException("", new TimeoutException("30 s")));
        var broken = FailureTable.NoAnswer(CreateNetworkInterface, new HttpRequestException("reset"));

        Assert.Equal(ReactionKind.OutcomeUnknown, late.Reaction.Kind);
        Assert.Equal(ReactionKind.OutcomeUnknown, broken.Reaction.Kind);
        Assert.Equal((FailureTable.TimedOut, FailureTable.ConnectionFailed), (late.Code, broken.Code));
    }

    [Fact]
    public void Only_a_refusal_that_had_no_earlier_effect_proves_that_nothing_was_made()
    {
        static bool Proves(string code) => FailureTable.Classify(CreateNetworkInterface, code, "").Reaction.ProvesNothingWasDone;

        Assert.True(Proves("InsufficientFreeAddressesInSubnet"));
        Assert.True(Proves("RequestLimitExceeded"));
        Assert.False(Proves("InternalError"));
        Assert.False(Proves("IdempotentParameterMismatch"));
        Assert.False(Proves("NetworkInterfaceLimitExceeded"));
        Assert.False(Proves("SomethingNew"));
    }

    // API called, EC2's words, the permission that is missing.
    [Theory]
    [InlineData(CreateNetworkInterface, "You are not authorized to perform this operation.", "ec2:CreateNetworkInterface")]
    [InlineData(
        CreateNetworkInterface,
        "User: arn:aws:sts::1:assumed-role/r/s is not authorized to perform: ec2:CreateTags on resource: arn:aws:ec2:eu-1:1:network-interface/* because ...",
        "ec2:CreateTags"
    )]
    public void A_refusal_names_the_permission_that_is_missing_and_not_the_call(string action, string message, string permission) =>
        Assert.Equal(permission, FailureTable.Classify(action, "UnauthorizedOperation", message).Reaction.Permission);

    [Fact]
    public void What_is_not_a_matter_of_permissions_names_none()
    {
        Assert.Null(FailureTable.Classify(DescribeSubnets, "OptInRequired", "").Reaction.Permission);
        Assert.Null(FailureTable.ClassifyStatus(DescribeSubnets, 403, "<html>").Reaction.Permission);
    }

    [Fact]
    public void Whatever_holds_steps_or_starts_a_cooldown_says_for_how_long() =>
        Assert.All(
            typeof(Ec2Reaction).GetFields().Select(field => (Ec2Reaction)field.GetValue(null)!),
            reaction =>
                Assert.True(reaction.RetryAfter is not null || reaction is { Holds: HeldSteps.None, Cooldown: CooldownScope.None }, $"{reaction}")
        );

    [Fact]
    public void Every_kind_of_error_has_a_reaction() =>
        Assert.Equal(
            Enum.GetValues<ReactionKind>().Order(),
            typeof(Ec2Reaction).GetFields().Select(field => ((Ec2Reaction)field.GetValue(null)!).Kind).Distinct().Order()
        );

    [Fact]
    public void Only_a_lack_of_blocks_leaves_room_for_single_addresses()
    {
        static bool OnlyPrefixes(string code) =>
            FailureTable.Classify(CreateNetworkInterface, code, "").Reaction.Cooldown == CooldownScope.PrefixesOfSubnet;

        Assert.True(OnlyPrefixes("InsufficientCidrBlocks"));
        Assert.False(OnlyPrefixes("InsufficientFreeAddressesInSubnet"));
    }

    [Fact]
    public void An_answer_that_broke_off_has_no_status_and_no_connection_has_a_host_and_a_cause()
    {
        Assert.Equal(FailureTable.ConnectionFailed, FailureTable.ClassifyStatus(CreateNetworkInterface, 0, "").Code);

        var failure = FailureTable.NoAnswer(
            DescribeSubnets,
            new HttpRequestException("Connection refused (ec2.eu-1.amazonaws.com:443)", new System.Net.Sockets.SocketException(111))
        );

        Assert.Contains("Connection refused (ec2.eu-1.amazonaws.com:443)", failure.Message, StringComparison.Ordinal);
    }
}
