using MultiEni.Api;

namespace MultiEni.Controller.Ec2.Failures;

/// <summary>
/// What an error of EC2 asks for (docs/reference/ec2.md#errors): a row of data. Decisions look at
/// its columns, never at error codes, and at <see cref="Kind" /> where a column would have a single
/// row.
/// </summary>
/// <param name="Kind">What happened.</param>
/// <param name="Reason">Condition reason, one of <see cref="Reasons"/>.</param>
/// <param name="Category">Class of the error in metrics.</param>
internal sealed record Ec2Reaction(ReactionKind Kind, string Reason, string Category)
{
    // Until something changes that the controller does not see, or does not wait for.
    private static readonly TimeSpan BlockedRetry = TimeSpan.FromMinutes(2);

    /// <summary>When to try again; null leaves it to the object's own backoff.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>
    /// Whether the refused call certainly had no effect. A mismatch means that an earlier call with
    /// the token had one, and an account at its limit may be there because of one
    /// (docs/reference/ec2.md#client-tokens).
    /// </summary>
    public bool ProvesNothingWasDone { get; init; } = true;

    /// <summary>
    /// Whether another request might have been answered; otherwise EC2 refused the caller, whatever
    /// was asked, or did not answer.
    /// </summary>
    public bool ConcernsRequest { get; init; } = true;

    /// <summary>What the controller believes and should not any more.</summary>
    public StaleKnowledge Stale { get; init; }

    /// <summary>Where no create call makes sense for <see cref="RetryAfter"/>.</summary>
    public CooldownScope Cooldown { get; init; }

    /// <summary>
    /// Which steps are not tried for <see cref="RetryAfter" />, whatever wakes their attachment.
    /// </summary>
    public HeldSteps Holds { get; init; }

    /// <summary>What people see of it.</summary>
    public Visibility Visibility { get; init; } = Visibility.ConditionAndEvent;

    /// <summary>
    /// The permission that is missing, such as `ec2:CreateTags`: not always that of the API called.
    /// Null when another party than IAM refused.
    /// </summary>
    public string? Permission { get; init; }

    /// <summary>The rate limit was hit; the budget already knows. Repeat unchanged.</summary>
    public static readonly Ec2Reaction Throttled = new(ReactionKind.Throttled, Reasons.Throttled, "throttling")
    {
        RetryAfter = TimeSpan.FromSeconds(1),
        ConcernsRequest = false,
        Visibility = Visibility.Condition,
    };

    /// <summary>
    /// No answer, or one that says nothing: look at what exists, then repeat with the same token.
    /// </summary>
    public static readonly Ec2Reaction OutcomeUnknown = new(ReactionKind.OutcomeUnknown, Reasons.Ec2Unavailable, "unavailable")
    {
        ProvesNothingWasDone = false,
        ConcernsRequest = false,
        Stale = StaleKnowledge.Slot,
    };

    /// <summary>
    /// The client token was used for something else: look by tag, adopt, or go to the next attempt
    /// number.
    /// </summary>
    public static readonly Ec2Reaction ParameterMismatch = new(ReactionKind.ParameterMismatch, Reasons.Creating, "token_mismatch")
    {
        ProvesNothingWasDone = false,
    };

    /// <summary>The subnet has no room; leave it alone for a while.</summary>
    public static readonly Ec2Reaction SubnetFull = new(ReactionKind.SubnetFull, Reasons.SubnetFull, "capacity")
    {
        RetryAfter = InsufficientAddresses.Cooldown,
        Cooldown = CooldownScope.Subnet,
        Holds = HeldSteps.Updates,
    };

    /// <summary>
    /// The subnet lacks whole blocks for prefixes: single addresses may be free in any number.
    /// </summary>
    public static readonly Ec2Reaction NoFreeBlock = SubnetFull with { Cooldown = CooldownScope.PrefixesOfSubnet };

    /// <summary>The account may have no more ENIs: stop all creates.</summary>
    public static readonly Ec2Reaction QuotaExceeded = new(ReactionKind.QuotaExceeded, Reasons.QuotaExceeded, "quota")
    {
        RetryAfter = TimeSpan.FromMinutes(3),
        ProvesNothingWasDone = false,
        Cooldown = CooldownScope.Account,
    };

    /// <summary>
    /// What the user asked for cannot be had; nothing helps but another specification.
    /// </summary>
    public static readonly Ec2Reaction InvalidSpec = new(ReactionKind.InvalidSpec, Reasons.InvalidSpec, "invalid_request")
    {
        RetryAfter = BlockedRetry,
        Holds = HeldSteps.Updates,
    };

    /// <summary>This node can never take this ENI in this way.</summary>
    public static readonly Ec2Reaction Unsupported = InvalidSpec with { Kind = ReactionKind.Unsupported, Category = "unsupported" };

    /// <summary>
    /// Another ENI has an address that was asked for by name; somebody has to free it, or to name
    /// another one.
    /// </summary>
    public static readonly Ec2Reaction AddressInUse = new(ReactionKind.AddressInUse, Reasons.AddressInUse, "conflict")
    {
        RetryAfter = BlockedRetry,
        Holds = HeldSteps.All,
    };

    /// <summary>
    /// An Elastic IP is associated with something else, and is not taken from there.
    /// </summary>
    public static readonly Ec2Reaction ElasticIpInUse = AddressInUse with { Reason = Reasons.ElasticIpInUse, Holds = HeldSteps.Updates };

    /// <summary>The subnet that was resolved no longer exists: resolve again.</summary>
    public static readonly Ec2Reaction SubnetNotFound = new(ReactionKind.SubnetNotFound, Reasons.SubnetNotFound, "not_found")
    {
        Stale = StaleKnowledge.Subnet,
    };

    /// <summary>A security group that was resolved no longer exists: resolve again.</summary>
    public static readonly Ec2Reaction SecurityGroupNotFound = new(ReactionKind.SecurityGroupNotFound, Reasons.SecurityGroupNotFound, "not_found")
    {
        Stale = StaleKnowledge.SecurityGroups,
    };

    /// <summary>
    /// The ENI is not known here. A young one may still appear; for an old one it is proof after
    /// the grace window (docs/reference/ec2.md#consistency).
    /// </summary>
    public static readonly Ec2Reaction NotFoundYet = new(ReactionKind.NotFoundYet, Reasons.Ec2Error, "not_found")
    {
        RetryAfter = TimeSpan.FromSeconds(2),
        Stale = StaleKnowledge.Eni,
    };

    /// <summary>What was to be removed does not exist: done.</summary>
    public static readonly Ec2Reaction NotFound = new(ReactionKind.NotFound, Reasons.AsExpected, "not_found")
    {
        Stale = StaleKnowledge.Eni,
        Visibility = Visibility.None,
    };

    /// <summary>
    /// The instance takes no further ENI: keep the ENI and wait until its occupancy changes.
    /// </summary>
    public static readonly Ec2Reaction NodeFull = new(ReactionKind.NodeFull, Reasons.InstanceLimit, "instance_limit")
    {
        RetryAfter = BlockedRetry,
        Stale = StaleKnowledge.Occupancy,
    };

    /// <summary>
    /// Something else is attached at the device index: read the occupancy again and take the next
    /// index.
    /// </summary>
    public static readonly Ec2Reaction IndexTaken = new(ReactionKind.IndexTaken, Reasons.DeviceIndexTaken, "conflict")
    {
        RetryAfter = TimeSpan.FromSeconds(1),
        Stale = StaleKnowledge.Occupancy,
    };

    /// <summary>
    /// The ENI is attached already: by us, which is success, or elsewhere, which is a conflict.
    /// Look.
    /// </summary>
    public static readonly Ec2Reaction InUse = new(ReactionKind.InUse, Reasons.EniInUseElsewhere, "conflict")
    {
        RetryAfter = TimeSpan.FromSeconds(2),
        Stale = StaleKnowledge.Eni,
    };

    /// <summary>The ENI cannot be deleted while it is attached: wait for the detachment.</summary>
    public static readonly Ec2Reaction NotDetachedYet = new(ReactionKind.NotDetachedYet, Reasons.Detaching, "conflict")
    {
        RetryAfter = TimeSpan.FromSeconds(2),
        Stale = StaleKnowledge.Eni,
        Visibility = Visibility.None,
    };

    /// <summary>
    /// The attachment does not exist any more: a detach is done, anything else reads again.
    /// </summary>
    public static readonly Ec2Reaction AlreadyDetached = new(ReactionKind.AlreadyDetached, Reasons.Detaching, "not_found")
    {
        Stale = StaleKnowledge.Eni,
        Visibility = Visibility.None,
    };

    /// <summary>The instance takes no ENI now: wait for the node.</summary>
    public static readonly Ec2Reaction InstanceNotRunning = new(ReactionKind.InstanceNotRunning, Reasons.InstanceNotRunning, "instance_state")
    {
        RetryAfter = TimeSpan.FromSeconds(15),
    };

    /// <summary>EC2 does not know the instance: release when the node is gone.</summary>
    public static readonly Ec2Reaction InstanceGone = InstanceNotRunning with { Reason = Reasons.InstanceGone };

    /// <summary>Passes by itself.</summary>
    public static readonly Ec2Reaction ShortBackoff = new(ReactionKind.ShortBackoff, Reasons.Ec2Error, "conflict")
    {
        RetryAfter = TimeSpan.FromSeconds(5),
    };

    /// <summary>
    /// The controller's role lacks a permission; only a person can help, so asking often is of no
    /// use.
    /// </summary>
    public static readonly Ec2Reaction Unauthorized = new(ReactionKind.Unauthorized, Reasons.Unauthorized, "authorization")
    {
        RetryAfter = TimeSpan.FromMinutes(5),
        ConcernsRequest = false,
        Holds = HeldSteps.All,
    };

    /// <summary>
    /// AWS does not know who calls: there are no credentials, or they or the clock are not
    /// accepted. Permissions have no part in it.
    /// </summary>
    public static readonly Ec2Reaction Unauthenticated = new(ReactionKind.Unauthenticated, Reasons.AuthenticationFailed, "authentication")
    {
        // A token service that was away comes back by itself.
        RetryAfter = TimeSpan.FromMinutes(1),
        ConcernsRequest = false,
        Holds = HeldSteps.All,
    };

    /// <summary>The dry run proved the permission.</summary>
    public static readonly Ec2Reaction DryRunAllowed = new(ReactionKind.DryRunAllowed, Reasons.AsExpected, "dry_run")
    {
        Visibility = Visibility.None,
    };

    /// <summary>
    /// An error that nobody foresaw: the object's own backoff, and EC2's text in the condition.
    /// </summary>
    public static readonly Ec2Reaction Unknown = new(ReactionKind.Unknown, Reasons.Ec2Error, "unknown") { ProvesNothingWasDone = false };
}
