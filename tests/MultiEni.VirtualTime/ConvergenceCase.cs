namespace MultiEni.VirtualTime;

/// <summary>A fleet of nodes that all begin without ENIs, and what they are to get.</summary>
/// <param name="Nodes">Nodes, all in one zone.</param>
/// <param name="EnisPerNode">ENIs on each, in as many subnets.</param>
/// <param name="Quotas">
/// Multiple of the account's default request quotas, which the controller is told of
/// (<c>--ec2-rate-profile</c>).
/// </param>
/// <param name="WithoutSourceDestCheck">
/// Whether the source/destination check is to be switched off, one call more for each ENI.
/// </param>
public sealed record ConvergenceCase(int Nodes, int EnisPerNode, double Quotas, bool WithoutSourceDestCheck)
{
    /// <summary>
    /// How many NodeENIs ask for the ENIs: one with all subnets, or as many as there are subnets.
    /// </summary>
    public int NodeEnis { get; init; } = 1;

    /// <summary>ENIs in the end.</summary>
    public int Enis => Nodes * EnisPerNode;

    /// <summary>
    /// The soonest at which all ENIs can be usable: created, with the wanted check, attached
    /// (docs/scaling.md#what-limits-how-fast-nodes-get-their-enis).
    /// </summary>
    public TimeSpan ReadyBound => Longest(Bound(Enis, 100), Bound(Enis, 50), Bound(WithoutSourceDestCheck ? Enis : 0, 100));

    /// <summary>
    /// The soonest at which all are also marked to go with their instance, which takes another call
    /// on the bucket of the first.
    /// </summary>
    public TimeSpan HardenedBound => Longest(ReadyBound, Bound(WithoutSourceDestCheck ? 2 * Enis : Enis, 100));

    // n calls on a bucket that is full at the beginning and shared with nobody. Every API concerned
    // is refilled at 5 a second.
    private TimeSpan Bound(int calls, double burst) => TimeSpan.FromSeconds(Math.Max(0, (calls - (burst * Quotas)) / (5 * Quotas)));

    private static TimeSpan Longest(params ReadOnlySpan<TimeSpan> times)
    {
        var longest = TimeSpan.Zero;
        foreach (var time in times)
        {
            longest = time > longest ? time : longest;
        }

        return longest;
    }
}
