namespace MultiEni.Controller.Ec2;

/// <summary>
/// Who goes first when calls wait for the same token bucket (docs/reference/ec2.md#rate-budget):
/// what a node needs to become ready comes before everything else.
/// </summary>
internal enum CallPriority
{
    /// <summary>
    /// Attach an ENI of a node that is not ready, and the describes that it waits for.
    /// </summary>
    AttachUnready,

    /// <summary>Switch the source/destination check of an ENI whose node is not ready.</summary>
    SourceDestCheck,

    /// <summary>Create an ENI.</summary>
    Create,

    /// <summary>Assign addresses that pods wait for, or soon will.</summary>
    PodAddresses,

    /// <summary>Detach and delete on request.</summary>
    DetachAndDelete,

    /// <summary>Set delete-on-termination, which no node waits for.</summary>
    DeleteOnTermination,

    /// <summary>Repair of drift, sweeps, preflights.</summary>
    Drift,

    /// <summary>
    /// Deletion of leaked ENIs; takes at most half of the bucket's refill
    /// (docs/reference/ec2.md#rate-budget).
    /// </summary>
    LeakCleanup,
}
