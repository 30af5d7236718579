using System.Collections.Frozen;
using System.Text.RegularExpressions;
using static MultiEni.Controller.Ec2.Ec2Actions;

namespace MultiEni.Controller.Ec2.Failures;

/// <summary>
/// The table from error codes to reactions (docs/reference/ec2.md#errors). Codes are matched by
/// family, since EC2 spells some in several ways.
/// </summary>
internal static partial class FailureTable
{
    /// <summary>
    /// Code of our own for a call that was never sent, because no credentials could be had.
    /// </summary>
    public const string NoCredentials = nameof(NoCredentials);

    /// <summary>Code of our own for a call that was not answered in time.</summary>
    public const string TimedOut = nameof(TimedOut);

    /// <summary>Code of our own for a connection that broke, or never was.</summary>
    public const string ConnectionFailed = nameof(ConnectionFailed);

    private static readonly FrozenDictionary<string, Ec2Reaction> ByCode = Table(
        (Ec2Reaction.Throttled, ["RequestLimitExceeded", "Throttling", "ThrottlingException", "RequestThrottled", "EC2ThrottledException"]),
        (
            Ec2Reaction.OutcomeUnknown,
            ["InternalError", "InternalFailure", "InternalServerError", "ServerInternal", "ServiceUnavailable", "Unavailable", "RequestTimeout"]
        ),
        (Ec2Reaction.ParameterMismatch, ["IdempotentParameterMismatch"]),
        (Ec2Reaction.SubnetFull, ["InsufficientFreeAddressesInSubnet"]),
        (Ec2Reaction.NoFreeBlock, ["InsufficientCidrBlocks"]),
        (Ec2Reaction.QuotaExceeded, ["NetworkInterfaceLimitExceeded"]),
        (
            Ec2Reaction.InvalidSpec,
            [
                "PrivateIpAddressLimitExceeded",
                "SecurityGroupsPerInterfaceLimitExceeded",
                "TagLimitExceeded",
                "TagPolicyViolation",
                "Gateway.NotAttached",
            ]
        ),
        (Ec2Reaction.AddressInUse, ["InvalidIPAddress.InUse"]),
        (Ec2Reaction.ElasticIpInUse, ["Resource.AlreadyAssociated"]),
        (Ec2Reaction.NodeFull, ["AttachmentLimitExceeded"]),
        (Ec2Reaction.InUse, ["InvalidNetworkInterface.InUse"]),
        (Ec2Reaction.InstanceNotRunning, ["IncorrectState", "IncorrectInstanceState", "InvalidInstanceID.NotLinkable", "InvalidState"]),
        (Ec2Reaction.ShortBackoff, ["DependencyViolation", "ConcurrentTagAccess", "ConcurrentModification"]),
        (
            Ec2Reaction.Unauthorized,
            ["UnauthorizedOperation", "OptInRequired", "AccessDenied", "AccessDeniedException", "Blocked", "PendingVerification"]
        ),
        (
            Ec2Reaction.Unauthenticated,
            [
                "AuthFailure",
                "RequestExpired",
                "InvalidClientTokenId",
                "UnrecognizedClientException",
                "SignatureDoesNotMatch",
                "InvalidSignatureException",
                "IncompleteSignature",
                "MissingAuthenticationToken",
                "ExpiredToken",
                "ExpiredTokenException",
                NoCredentials,
            ]
        ),
        (Ec2Reaction.DryRunAllowed, ["DryRunOperation"]),
        (Ec2Reaction.Unsupported, ["UnsupportedOperation", "Unsupported"])
    );

    /// <summary>Classifies an error code of EC2.</summary>
    /// <param name="action">
    /// API name; some codes mean success for one API and trouble for another.
    /// </param>
    /// <param name="code">EC2's error code.</param>
    /// <param name="message">
    /// EC2's text; looked at only where one code has several meanings.
    /// </param>
    public static Ec2Failure Classify(string action, string code, string message)
    {
        return new(action, code, message, ReactionTo(action, code, message));
    }

    /// <summary>Classifies an answer without an error code, such as the page of a proxy.</summary>
    public static Ec2Failure ClassifyStatus(string action, int status, string message)
    {
        var reaction = status switch
        {
            429 => Ec2Reaction.Throttled,
            401 or 403 => Ec2Reaction.Unauthorized,
            // 0: the answer broke off. A success status is here only because its body could not be
            // read.
            0 or < 400 or >= 500 => Ec2Reaction.OutcomeUnknown,
            _ => Ec2Reaction.Unknown,
        };
        // There was no status, so none is made up.
        return new(action, status == 0 ? ConnectionFailed : $"HTTP{status}", message, reaction);
    }

    /// <summary>
    /// Classifies a call without an answer. The request may have been carried out.
    /// </summary>
    public static Ec2Failure NoAnswer(string action, Exception exception)
    {
        var code = exception is TimeoutException or OperationCanceledException ? TimedOut : ConnectionFailed;
        return new(action, code, CauseInWords.Of(exception), Ec2Reaction.OutcomeUnknown);
    }

    private static Ec2Reaction ReactionTo(string action, string code, string message)
    {
        if (ByCode.TryGetValue(code, out var reaction))
        {
            return reaction.Kind switch
            {
                ReactionKind.InUse when action == DeleteNetworkInterface => Ec2Reaction.NotDetachedYet,
                ReactionKind.Unauthorized when code is "UnauthorizedOperation" or "AccessDenied" or "AccessDeniedException" => reaction with
                {
                    Permission = NamedPermission().Match(message) is { Success: true } named ? named.Value : $"ec2:{action}",
                },
                _ => reaction,
            };
        }

        var family = Family(code);
        return family switch
        {
            "invalidsubnet" => Ec2Reaction.SubnetNotFound,
            "invalidsecuritygroup" or "invalidgroup" => Ec2Reaction.SecurityGroupNotFound,
            "invalidnetworkinterface" => EniNotFound(action),
            "invalidattachment" or "invalidnetworkinterfaceattachment" => Ec2Reaction.AlreadyDetached,
            "invalidinstance" => Ec2Reaction.InstanceGone,
            "invalidallocation" => Ec2Reaction.InvalidSpec,
            "invalidassociation" => Ec2Reaction.AlreadyDetached,
            _ => code is "InvalidParameterValue" or "InvalidParameterCombination" or "InvalidParameter" or "OperationNotPermitted"
                ? ByMessage(action, message)
                : Ec2Reaction.Unknown,
        };
    }

    /// <summary>
    /// `InvalidSubnetID.NotFound`, `InvalidSubnetId.Malformed` and the like, without the spelling
    /// of `ID` and without what is wrong.
    /// </summary>
    private static string Family(string code)
    {
        var dot = code.IndexOf('.', StringComparison.Ordinal);
        if (dot < 0 || code[(dot + 1)..] is not ("NotFound" or "Malformed" or "Gone"))
        {
            return "";
        }

        var stem = code[..dot].ToLowerInvariant();
        return stem.EndsWith("id", StringComparison.Ordinal) && stem != "invalid" ? stem[..^2] : stem;
    }

    private static Ec2Reaction EniNotFound(string action) =>
        action is DeleteNetworkInterface or DetachNetworkInterface or DeleteTags ? Ec2Reaction.NotFound : Ec2Reaction.NotFoundYet;

    private static Ec2Reaction ByMessage(string action, string message)
    {
        if (Says(message, "attached at device index") || (Says(message, "device index") && Says(message, "in use")))
        {
            return Ec2Reaction.IndexTaken;
        }

        if (
            action is CreateNetworkInterface or AssignPrivateIpAddresses or AssignIpv6Addresses
            && (Says(message, "already assigned") || Says(message, "in use"))
        )
        {
            return Ec2Reaction.AddressInUse;
        }

        if (Says(message, "currently in use"))
        {
            return action == AttachNetworkInterface ? Ec2Reaction.InUse : Ec2Reaction.NotDetachedYet;
        }

        if (Says(message, "sufficient free") || Says(message, "insufficient free"))
        {
            return Ec2Reaction.SubnetFull;
        }

        if (Says(message, "is not 'running'") || Says(message, "not in a valid state"))
        {
            return Ec2Reaction.InstanceNotRunning;
        }

        return action switch
        {
            // Another zone, a card or an index that the type does not have, EFA on a running
            // instance: this node will never take it.
            AttachNetworkInterface => Ec2Reaction.Unsupported,
            CreateNetworkInterface
            or ModifyNetworkInterfaceAttribute
            or AssignPrivateIpAddresses
            or AssignIpv6Addresses
            or CreateTags
            or DeleteTags
            or AssociateAddress => Ec2Reaction.InvalidSpec,
            _ => Ec2Reaction.Unknown,
        };
    }

    // "… is not authorized to perform: ec2:CreateTags on resource: …": a call that tags what it
    // makes needs the permission of both.
    [GeneratedRegex(@"\bec2:[A-Z][A-Za-z0-9]+", RegexOptions.None, 1000)]
    private static partial Regex NamedPermission();

    private static bool Says(string message, string words) => message.Contains(words, StringComparison.OrdinalIgnoreCase);

    private static FrozenDictionary<string, Ec2Reaction> Table(params ReadOnlySpan<(Ec2Reaction Reaction, string[] Codes)> rows)
    {
        var table = new Dictionary<string, Ec2Reaction>(StringComparer.Ordinal);
        foreach (var (reaction, codes) in rows)
        {
            foreach (var code in codes)
            {
                table.Add(code, reaction);
            }
        }

        return table.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
