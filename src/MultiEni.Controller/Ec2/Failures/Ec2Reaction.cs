using MultiEni.Api;

namespace MultiEni.Controller.Ec2.Failures;

/// <summary>What an error of EC2 asks for (docs/reference/ec2.md#errors). Closed: decisions switch over the cases, never over error codes.</summary>
internal abstract record Ec2Reaction
{
    private static readonly TimeSpan SubnetPause = TimeSpan.FromSeconds(150);
    private static readonly TimeSpan QuotaPause = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan PermissionPause = TimeSpan.FromMinutes(5);

    // A token service that was away comes back by itself.
    private static readonly TimeSpan CredentialsPause = TimeSpan.FromMinutes(1);

    private Ec2Reaction() { }

    /// <summary>Condition reason, one of <see cref="Reasons"/>.</summary>
    public abstract string Reason { get; }

    /// <summary>Class of the error in metrics.</summary>
    public abstract string Category { get; }

    /// <summary>When to try again; null leaves it to the object's own backoff or to the change that is waited for.</summary>
    public virtual TimeSpan? RetryAfter => null;

    /// <summary>
    /// Whether the object's failure count grows; being one of too many callers is not the object's fault (docs/reference/ec2.md#rate-budget).
    /// </summary>
    public virtual bool CountsAsFailure => true;

    /// <summary>
    /// Whether the refused call certainly had no effect. A mismatch means that an earlier call with the token had one, and an account at
    /// its limit may be there because of one (docs/reference/ec2.md#client-tokens).
    /// </summary>
    public bool ProvesNothingWasDone => this is not (OutcomeUnknown or ParameterMismatch or QuotaExceeded or Unknown);

    /// <summary>The rate limit was hit; the budget already knows. Repeat unchanged.</summary>
    public sealed record Throttled : Ec2Reaction
    {
        /// <inheritdoc/>
        public override string Reason => Reasons.Throttled;

        /// <inheritdoc/>
        public override string Category => "throttling";

        /// <inheritdoc/>
        public override TimeSpan? RetryAfter => TimeSpan.FromSeconds(1);

        /// <inheritdoc/>
        public override bool CountsAsFailure => false;
    }

    /// <summary>No answer, or one that says nothing: look at what exists, then repeat with the same token.</summary>
    public sealed record OutcomeUnknown : Ec2Reaction
    {
        /// <inheritdoc/>
        public override string Reason => Reasons.Ec2Unavailable;

        /// <inheritdoc/>
        public override string Category => "unavailable";
    }

    /// <summary>The client token was used for something else: look by tag, adopt, or go to the next attempt number.</summary>
    public sealed record ParameterMismatch : Ec2Reaction
    {
        /// <inheritdoc/>
        public override string Reason => Reasons.Creating;

        /// <inheritdoc/>
        public override string Category => "token_mismatch";
    }

    /// <summary>The subnet has no room; leave it alone for a while.</summary>
    /// <param name="Cooldown">How long the subnet counts as full.</param>
    public sealed record SubnetFull(TimeSpan Cooldown) : Ec2Reaction
    {
        /// <summary>With the usual pause.</summary>
        public SubnetFull()
            : this(SubnetPause) { }

        /// <summary>Whether only whole blocks for prefixes are missing: single addresses may be free in any number.</summary>
        public bool OnlyPrefixes { get; init; }

        /// <inheritdoc/>
        public override string Reason => Reasons.SubnetFull;

        /// <inheritdoc/>
        public override string Category => "capacity";

        /// <inheritdoc/>
        public override TimeSpan? RetryAfter => Cooldown;
    }

    /// <summary>The account may have no more ENIs: look for our own first, then stop all creates.</summary>
    /// <param name="Cooldown">How long creates stop.</param>
    public sealed record QuotaExceeded(TimeSpan Cooldown) : Ec2Reaction
    {
        /// <summary>With the usual pause.</summary>
        public QuotaExceeded()
            : this(QuotaPause) { }

        /// <inheritdoc/>
        public override string Reason => Reasons.QuotaExceeded;

        /// <inheritdoc/>
        public override string Category => "quota";

        /// <inheritdoc/>
        public override TimeSpan? RetryAfter => Cooldown;
    }

    /// <summary>What the user asked for cannot be had; nothing helps but another specification.</summary>
    public sealed record TerminalUntilSpecChanges : Ec2Reaction
    {
        /// <inheritdoc/>
        public override string Reason => Reasons.InvalidSpec;

        /// <inheritdoc/>
        public override string Category => "invalid_request";
    }

    /// <summary>A resolved subnet or security group no longer exists: forget what was resolved and resolve again.</summary>
    /// <param name="Missing">Condition reason that names what is missing.</param>
    public sealed record ResolveAgain(string Missing) : Ec2Reaction
    {
        /// <inheritdoc/>
        public override string Reason => Missing;

        /// <inheritdoc/>
        public override string Category => "not_found";
    }

    /// <summary>
    /// The ENI is not known here. A young one may still appear; for an old one it is proof after the grace window
    /// (docs/reference/ec2.md#consistency).
    /// </summary>
    public sealed record NotFoundYet : Ec2Reaction
    {
        /// <inheritdoc/>
        public override string Reason => Reasons.Ec2Error;

        /// <inheritdoc/>
        public override string Category => "not_found";

        /// <inheritdoc/>
        public override TimeSpan? RetryAfter => TimeSpan.FromSeconds(2);
    }

    /// <summary>What was to be removed does not exist: done.</summary>
    public sealed record NotFound : Ec2Reaction
    {
        /// <inheritdoc/>
        public override string Reason => Reasons.AsExpected;

        /// <inheritdoc/>
        public override string Category => "not_found";

        /// <inheritdoc/>
        public override bool CountsAsFailure => false;
    }

    /// <summary>The instance takes no further ENI: keep the ENI and wait until its occupancy changes.</summary>
    public sealed record NodeFull : Ec2Reaction
    {
        /// <inheritdoc/>
        public override string Reason => Reasons.InstanceLimit;

        /// <inheritdoc/>
        public override string Category => "instance_limit";
    }

    /// <summary>Something else is attached at the device index: read the occupancy again and take the next index.</summary>
    public sealed record IndexTaken : Ec2Reaction
    {
        /// <inheritdoc/>
        public override string Reason => Reasons.DeviceIndexTaken;

        /// <inheritdoc/>
        public override string Category => "conflict";

        /// <inheritdoc/>
        public override TimeSpan? RetryAfter => TimeSpan.FromSeconds(1);
    }

    /// <summary>The ENI is attached already: by us, which is success, or elsewhere, which is a conflict. Look.</summary>
    public sealed record InUse : Ec2Reaction
    {
        /// <inheritdoc/>
        public override string Reason => Reasons.EniInUseElsewhere;

        /// <inheritdoc/>
        public override string Category => "conflict";

        /// <inheritdoc/>
        public override TimeSpan? RetryAfter => TimeSpan.FromSeconds(2);
    }

    /// <summary>The ENI cannot be deleted while it is attached: wait for the detachment.</summary>
    public sealed record NotDetachedYet : Ec2Reaction
    {
        /// <inheritdoc/>
        public override string Reason => Reasons.Detaching;

        /// <inheritdoc/>
        public override string Category => "conflict";

        /// <inheritdoc/>
        public override TimeSpan? RetryAfter => TimeSpan.FromSeconds(2);
    }

    /// <summary>The attachment does not exist any more: a detach is done, anything else reads again.</summary>
    public sealed record AlreadyDetached : Ec2Reaction
    {
        /// <inheritdoc/>
        public override string Reason => Reasons.Detaching;

        /// <inheritdoc/>
        public override string Category => "not_found";

        /// <inheritdoc/>
        public override bool CountsAsFailure => false;
    }

    /// <summary>The instance takes no ENI now: wait for the node, or release when the node is gone.</summary>
    /// <param name="Why">Condition reason: the instance is not running, or EC2 does not know it.</param>
    public sealed record InstanceNotRunning(string Why) : Ec2Reaction
    {
        /// <inheritdoc/>
        public override string Reason => Why;

        /// <inheritdoc/>
        public override string Category => "instance_state";

        /// <inheritdoc/>
        public override TimeSpan? RetryAfter => TimeSpan.FromSeconds(15);
    }

    /// <summary>Passes by itself.</summary>
    public sealed record ShortBackoff : Ec2Reaction
    {
        /// <inheritdoc/>
        public override string Reason => Reasons.Ec2Error;

        /// <inheritdoc/>
        public override string Category => "conflict";

        /// <inheritdoc/>
        public override TimeSpan? RetryAfter => TimeSpan.FromSeconds(5);
    }

    /// <summary>The controller's role lacks a permission; only a person can help, so asking often is of no use.</summary>
    /// <param name="Backoff">When to ask again.</param>
    public sealed record Unauthorized(TimeSpan Backoff) : Ec2Reaction
    {
        /// <summary>With the usual pause.</summary>
        public Unauthorized()
            : this(PermissionPause) { }

        /// <summary>The permission that is missing, such as `ec2:CreateTags`: not always that of the API called. Null when another party than IAM refused.</summary>
        public string? Permission { get; init; }

        /// <inheritdoc/>
        public override string Reason => Reasons.Unauthorized;

        /// <inheritdoc/>
        public override string Category => "authorization";

        /// <inheritdoc/>
        public override TimeSpan? RetryAfter => Backoff;
    }

    /// <summary>AWS does not know who calls: there are no credentials, or they or the clock are not accepted. Nothing was done, and permissions have no part in it.</summary>
    public sealed record Unauthenticated : Ec2Reaction
    {
        /// <inheritdoc/>
        public override string Reason => Reasons.AuthenticationFailed;

        /// <inheritdoc/>
        public override string Category => "authentication";

        /// <inheritdoc/>
        public override TimeSpan? RetryAfter => CredentialsPause;
    }

    /// <summary>The dry run proved the permission.</summary>
    public sealed record DryRunAllowed : Ec2Reaction
    {
        /// <inheritdoc/>
        public override string Reason => Reasons.AsExpected;

        /// <inheritdoc/>
        public override string Category => "dry_run";

        /// <inheritdoc/>
        public override bool CountsAsFailure => false;
    }

    /// <summary>This node can never take this ENI in this way.</summary>
    public sealed record Unsupported : Ec2Reaction
    {
        /// <inheritdoc/>
        public override string Reason => Reasons.InvalidSpec;

        /// <inheritdoc/>
        public override string Category => "unsupported";
    }

    /// <summary>An error that nobody foresaw: the object's own backoff, and EC2's text in the condition.</summary>
    public sealed record Unknown : Ec2Reaction
    {
        /// <inheritdoc/>
        public override string Reason => Reasons.Ec2Error;

        /// <inheritdoc/>
        public override string Category => "unknown";
    }
}
