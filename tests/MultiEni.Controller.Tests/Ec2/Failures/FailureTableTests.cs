using MultiEni.Api;
using MultiEni.Controller.Ec2.Failures;
using static MultiEni.Controller.Ec2.Ec2Actions;

namespace MultiEni.Controller.Tests.Ec2.Failures;

public sealed class FailureTableTests
{
    /// <summary>API, error code, message, reaction, condition reason, seconds until the next try (null: the object's backoff), class in metrics.</summary>
    public static TheoryData<string, string, string, Type, string, double?, string> Rows =>
        new()
        {
            {
                AttachNetworkInterface,
                "RequestLimitExceeded",
                "Request limit exceeded.",
                typeof(Ec2Reaction.Throttled),
                Reasons.Throttled,
                1,
                "throttling"
            },
            { DescribeSubnets, "Throttling", "Rate exceeded", typeof(Ec2Reaction.Throttled), Reasons.Throttled, 1, "throttling" },
            { CreateNetworkInterface, "InternalError", "", typeof(Ec2Reaction.OutcomeUnknown), Reasons.Ec2Unavailable, null, "unavailable" },
            { CreateNetworkInterface, "InternalFailure", "", typeof(Ec2Reaction.OutcomeUnknown), Reasons.Ec2Unavailable, null, "unavailable" },
            { AttachNetworkInterface, "ServerInternal", "", typeof(Ec2Reaction.OutcomeUnknown), Reasons.Ec2Unavailable, null, "unavailable" },
            { AttachNetworkInterface, "ServiceUnavailable", "", typeof(Ec2Reaction.OutcomeUnknown), Reasons.Ec2Unavailable, null, "unavailable" },
            { DetachNetworkInterface, "Unavailable", "", typeof(Ec2Reaction.OutcomeUnknown), Reasons.Ec2Unavailable, null, "unavailable" },
            {
                CreateNetworkInterface,
                "IdempotentParameterMismatch",
                "",
                typeof(Ec2Reaction.ParameterMismatch),
                Reasons.Creating,
                null,
                "token_mismatch"
            },
            { CreateNetworkInterface, "InsufficientFreeAddressesInSubnet", "", typeof(Ec2Reaction.SubnetFull), Reasons.SubnetFull, 150, "capacity" },
            { AssignPrivateIpAddresses, "InsufficientCidrBlocks", "", typeof(Ec2Reaction.SubnetFull), Reasons.SubnetFull, 150, "capacity" },
            {
                AssignPrivateIpAddresses,
                "InvalidParameterValue",
                "There aren't sufficient free Ipv4 addresses or prefixes",
                typeof(Ec2Reaction.SubnetFull),
                Reasons.SubnetFull,
                150,
                "capacity"
            },
            { CreateNetworkInterface, "NetworkInterfaceLimitExceeded", "", typeof(Ec2Reaction.QuotaExceeded), Reasons.QuotaExceeded, 180, "quota" },
            {
                CreateNetworkInterface,
                "PrivateIpAddressLimitExceeded",
                "",
                typeof(Ec2Reaction.TerminalUntilSpecChanges),
                Reasons.InvalidSpec,
                null,
                "invalid_request"
            },
            {
                CreateNetworkInterface,
                "SecurityGroupsPerInterfaceLimitExceeded",
                "",
                typeof(Ec2Reaction.TerminalUntilSpecChanges),
                Reasons.InvalidSpec,
                null,
                "invalid_request"
            },
            { CreateTags, "TagLimitExceeded", "", typeof(Ec2Reaction.TerminalUntilSpecChanges), Reasons.InvalidSpec, null, "invalid_request" },
            {
                CreateNetworkInterface,
                "TagPolicyViolation",
                "",
                typeof(Ec2Reaction.TerminalUntilSpecChanges),
                Reasons.InvalidSpec,
                null,
                "invalid_request"
            },
            { CreateNetworkInterface, "InvalidSubnetID.NotFound", "", typeof(Ec2Reaction.ResolveAgain), Reasons.SubnetNotFound, null, "not_found" },
            { CreateNetworkInterface, "InvalidSubnetId.NotFound", "", typeof(Ec2Reaction.ResolveAgain), Reasons.SubnetNotFound, null, "not_found" },
            { CreateNetworkInterface, "InvalidSubnetID.Malformed", "", typeof(Ec2Reaction.ResolveAgain), Reasons.SubnetNotFound, null, "not_found" },
            {
                CreateNetworkInterface,
                "InvalidSecurityGroupID.NotFound",
                "",
                typeof(Ec2Reaction.ResolveAgain),
                Reasons.SecurityGroupNotFound,
                null,
                "not_found"
            },
            {
                CreateNetworkInterface,
                "InvalidGroup.NotFound",
                "",
                typeof(Ec2Reaction.ResolveAgain),
                Reasons.SecurityGroupNotFound,
                null,
                "not_found"
            },
            {
                CreateNetworkInterface,
                "InvalidGroupId.Malformed",
                "",
                typeof(Ec2Reaction.ResolveAgain),
                Reasons.SecurityGroupNotFound,
                null,
                "not_found"
            },
            { AttachNetworkInterface, "InvalidNetworkInterfaceID.NotFound", "", typeof(Ec2Reaction.NotFoundYet), Reasons.Ec2Error, 2, "not_found" },
            {
                ModifyNetworkInterfaceAttribute,
                "InvalidNetworkInterfaceId.NotFound",
                "",
                typeof(Ec2Reaction.NotFoundYet),
                Reasons.Ec2Error,
                2,
                "not_found"
            },
            { CreateTags, "InvalidNetworkInterfaceID.NotFound", "", typeof(Ec2Reaction.NotFoundYet), Reasons.Ec2Error, 2, "not_found" },
            { DeleteNetworkInterface, "InvalidNetworkInterfaceID.NotFound", "", typeof(Ec2Reaction.NotFound), Reasons.AsExpected, null, "not_found" },
            {
                AttachNetworkInterface,
                "AttachmentLimitExceeded",
                "Interface count 4 exceeds the limit for t3.medium",
                typeof(Ec2Reaction.NodeFull),
                Reasons.InstanceLimit,
                null,
                "instance_limit"
            },
            {
                AttachNetworkInterface,
                "InvalidParameterValue",
                "Instance 'i-1' already has an interface attached at device index '1'.",
                typeof(Ec2Reaction.IndexTaken),
                Reasons.DeviceIndexTaken,
                1,
                "conflict"
            },
            { AttachNetworkInterface, "InvalidNetworkInterface.InUse", "", typeof(Ec2Reaction.InUse), Reasons.EniInUseElsewhere, 2, "conflict" },
            { DeleteNetworkInterface, "InvalidNetworkInterface.InUse", "", typeof(Ec2Reaction.NotDetachedYet), Reasons.Detaching, 2, "conflict" },
            {
                AttachNetworkInterface,
                "InvalidParameterValue",
                "Network interface 'eni-1' is currently in use.",
                typeof(Ec2Reaction.InUse),
                Reasons.EniInUseElsewhere,
                2,
                "conflict"
            },
            {
                DeleteNetworkInterface,
                "InvalidParameterValue",
                "Network interface 'eni-1' is currently in use.",
                typeof(Ec2Reaction.NotDetachedYet),
                Reasons.Detaching,
                2,
                "conflict"
            },
            { DetachNetworkInterface, "InvalidAttachmentID.NotFound", "", typeof(Ec2Reaction.AlreadyDetached), Reasons.Detaching, null, "not_found" },
            {
                ModifyNetworkInterfaceAttribute,
                "InvalidNetworkInterfaceAttachmentId.Malformed",
                "",
                typeof(Ec2Reaction.AlreadyDetached),
                Reasons.Detaching,
                null,
                "not_found"
            },
            {
                AttachNetworkInterface,
                "IncorrectState",
                "Instance 'i-1' is not 'running'.",
                typeof(Ec2Reaction.InstanceNotRunning),
                Reasons.InstanceNotRunning,
                15,
                "instance_state"
            },
            {
                AttachNetworkInterface,
                "IncorrectInstanceState",
                "",
                typeof(Ec2Reaction.InstanceNotRunning),
                Reasons.InstanceNotRunning,
                15,
                "instance_state"
            },
            {
                AttachNetworkInterface,
                "InvalidInstanceID.NotFound",
                "",
                typeof(Ec2Reaction.InstanceNotRunning),
                Reasons.InstanceGone,
                15,
                "instance_state"
            },
            {
                AttachNetworkInterface,
                "InvalidParameterValue",
                "You may not attach a network interface to an instance if they are not in the same availability zone",
                typeof(Ec2Reaction.Unsupported),
                Reasons.InvalidSpec,
                null,
                "unsupported"
            },
            {
                AttachNetworkInterface,
                "InvalidParameterCombination",
                "availability zone",
                typeof(Ec2Reaction.Unsupported),
                Reasons.InvalidSpec,
                null,
                "unsupported"
            },
            { AttachNetworkInterface, "UnsupportedOperation", "", typeof(Ec2Reaction.Unsupported), Reasons.InvalidSpec, null, "unsupported" },
            {
                ModifyNetworkInterfaceAttribute,
                "InvalidParameterCombination",
                "Only one attribute",
                typeof(Ec2Reaction.TerminalUntilSpecChanges),
                Reasons.InvalidSpec,
                null,
                "invalid_request"
            },
            { DeleteNetworkInterface, "DependencyViolation", "", typeof(Ec2Reaction.ShortBackoff), Reasons.Ec2Error, 5, "conflict" },
            { CreateTags, "ConcurrentTagAccess", "", typeof(Ec2Reaction.ShortBackoff), Reasons.Ec2Error, 5, "conflict" },
            {
                DetachNetworkInterface,
                "OperationNotPermitted",
                "The network interface at device index 0 cannot be detached.",
                typeof(Ec2Reaction.Unknown),
                Reasons.Ec2Error,
                null,
                "unknown"
            },
            { CreateNetworkInterface, "UnauthorizedOperation", "", typeof(Ec2Reaction.Unauthorized), Reasons.Unauthorized, 300, "authorization" },
            { CreateNetworkInterface, "AuthFailure", "", typeof(Ec2Reaction.Unauthenticated), Reasons.AuthenticationFailed, 60, "authentication" },
            { DescribeSubnets, "OptInRequired", "", typeof(Ec2Reaction.Unauthorized), Reasons.Unauthorized, 300, "authorization" },
            { DescribeSubnets, "RequestExpired", "", typeof(Ec2Reaction.Unauthenticated), Reasons.AuthenticationFailed, 60, "authentication" },
            {
                DescribeSubnets,
                FailureTable.NoCredentials,
                "",
                typeof(Ec2Reaction.Unauthenticated),
                Reasons.AuthenticationFailed,
                60,
                "authentication"
            },
            { CreateNetworkInterface, "DryRunOperation", "", typeof(Ec2Reaction.DryRunAllowed), Reasons.AsExpected, null, "dry_run" },
            { CreateNetworkInterface, "SomethingNew", "", typeof(Ec2Reaction.Unknown), Reasons.Ec2Error, null, "unknown" },
            { CreateNetworkInterface, "Invalid.NotFound", "", typeof(Ec2Reaction.Unknown), Reasons.Ec2Error, null, "unknown" },
        };

    [Theory]
    [MemberData(nameof(Rows))]
    public void Every_error_code_has_a_reaction_a_reason_a_pause_and_a_class(
        string action,
        string code,
        string message,
        Type reaction,
        string reason,
        double? retrySeconds,
        string category
    )
    {
        var failure = FailureTable.Classify(action, code, message);

        Assert.Equal((action, code, message), (failure.Action, failure.Code, failure.Message));
        Assert.IsType(reaction, failure.Reaction);
        Assert.Equal(reason, failure.Reaction.Reason);
        Assert.Equal(retrySeconds, failure.Reaction.RetryAfter?.TotalSeconds);
        Assert.Equal(category, failure.Reaction.Category);
    }

    [Theory]
    [InlineData(503, typeof(Ec2Reaction.OutcomeUnknown))]
    [InlineData(502, typeof(Ec2Reaction.OutcomeUnknown))]
    [InlineData(0, typeof(Ec2Reaction.OutcomeUnknown))]
    [InlineData(200, typeof(Ec2Reaction.OutcomeUnknown))]
    [InlineData(403, typeof(Ec2Reaction.Unauthorized))]
    [InlineData(429, typeof(Ec2Reaction.Throttled))]
    [InlineData(404, typeof(Ec2Reaction.Unknown))]
    public void An_answer_without_an_error_code_is_judged_by_its_status(int status, Type reaction) =>
        Assert.IsType(reaction, FailureTable.ClassifyStatus(CreateNetworkInterface, status, "").Reaction);

    [Fact]
    public void No_answer_leaves_the_outcome_unknown_and_says_whether_time_or_connection_failed()
    {
        var late = FailureTable.NoAnswer(CreateNetworkInterface, new TaskCanceledException("", new TimeoutException("30 s")));
        var broken = FailureTable.NoAnswer(CreateNetworkInterface, new HttpRequestException("reset"));

        Assert.IsType<Ec2Reaction.OutcomeUnknown>(late.Reaction);
        Assert.IsType<Ec2Reaction.OutcomeUnknown>(broken.Reaction);
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
        Assert.Equal(
            permission,
            Assert.IsType<Ec2Reaction.Unauthorized>(FailureTable.Classify(action, "UnauthorizedOperation", message).Reaction).Permission
        );

    [Fact]
    public void What_is_not_a_matter_of_permissions_names_none()
    {
        Assert.Null(Assert.IsType<Ec2Reaction.Unauthorized>(FailureTable.Classify(DescribeSubnets, "OptInRequired", "").Reaction).Permission);
        Assert.Null(Assert.IsType<Ec2Reaction.Unauthorized>(FailureTable.ClassifyStatus(DescribeSubnets, 403, "<html>").Reaction).Permission);
    }

    [Fact]
    public void Only_a_lack_of_blocks_leaves_room_for_single_addresses()
    {
        static bool OnlyPrefixes(string code) =>
            Assert.IsType<Ec2Reaction.SubnetFull>(FailureTable.Classify(CreateNetworkInterface, code, "").Reaction).OnlyPrefixes;

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
