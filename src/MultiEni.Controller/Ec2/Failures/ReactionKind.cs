namespace MultiEni.Controller.Ec2.Failures;

/// <summary>What an error means; each is described at its <see cref="Ec2Reaction"/>.</summary>
internal enum ReactionKind
{
    Throttled,
    OutcomeUnknown,
    ParameterMismatch,
    SubnetFull,
    QuotaExceeded,
    InvalidSpec,
    Unsupported,
    AddressInUse,
    SubnetNotFound,
    SecurityGroupNotFound,
    NotFoundYet,
    NotFound,
    NodeFull,
    IndexTaken,
    InUse,
    NotDetachedYet,
    AlreadyDetached,
    InstanceNotRunning,
    ShortBackoff,
    Unauthorized,
    Unauthenticated,
    DryRunAllowed,
    Unknown,
}

/// <summary>What an error shows the controller to be wrong about.</summary>
internal enum StaleKnowledge
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Whether the slot has an ENI.</summary>
    Slot,

    /// <summary>The state of the ENI.</summary>
    Eni,

    /// <summary>Which device indexes of the instance are in use.</summary>
    Occupancy,

    /// <summary>That the subnet exists.</summary>
    Subnet,

    /// <summary>That the security groups exist.</summary>
    SecurityGroups,
}

/// <summary>Where create calls stop for a while.</summary>
internal enum CooldownScope
{
    /// <summary>Nowhere.</summary>
    None,

    /// <summary>In the subnet, for ENIs with IPv4 prefixes.</summary>
    PrefixesOfSubnet,

    /// <summary>In the subnet.</summary>
    Subnet,

    /// <summary>Everywhere.</summary>
    Account,
}

/// <summary>
/// Which steps wait for the time of the next try; the others are tried with whatever wakes their
/// attachment.
/// </summary>
internal enum HeldSteps
{
    /// <summary>None.</summary>
    None,

    /// <summary>Changes of attached ENIs; creates have cooldowns of their own.</summary>
    Updates,

    /// <summary>Every step.</summary>
    All,
}

/// <summary>Where people see an error. The metric counts all.</summary>
internal enum Visibility
{
    /// <summary>Nowhere: what was wanted is done already, or soon will be.</summary>
    None,

    /// <summary>In the status; nobody has to do anything.</summary>
    Condition,

    /// <summary>In the status, and by an event when the reason is new.</summary>
    ConditionAndEvent,
}
