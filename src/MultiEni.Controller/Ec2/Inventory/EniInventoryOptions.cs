namespace MultiEni.Controller.Ec2.Inventory;

/// <summary>Times of the inventory.</summary>
internal sealed record EniInventoryOptions
{
    /// <summary>Value of the cluster tag on our ENIs.</summary>
    public required string Cluster { get; init; }

    /// <summary>
    /// How long after a call EC2 may still answer as if it had not been made; at least 30 s
    /// (docs/reference/ec2.md#one-eni-per-slot).
    /// </summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>From the first change to the first poll; the pauses double from here on.</summary>
    public TimeSpan FirstPoll { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// Between two polls while something is in transition at most
    /// (docs/reference/ec2.md#call-plan).
    /// </summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long a reading of an instance's device indexes counts. Of our own ENIs the inventory
    /// knows better anyway, and when somebody else took an index in between, EC2 says so and it is
    /// read again.
    /// </summary>
    public TimeSpan OccupancyLifetime { get; init; } = TimeSpan.FromMinutes(5);
}

/// <summary>
/// The pauses between polls: short at first, then each twice the one before. A single ENI is looked
/// at soon; a steady stream, or one that takes its time, is looked at in the pace of the longest.
/// </summary>
/// <param name="first">The first pause.</param>
/// <param name="longest">The longest.</param>
internal sealed class PollPace(TimeSpan first, TimeSpan longest)
{
    private TimeSpan? _last;

    /// <summary>Nothing was under way for a while.</summary>
    public void Rest() => _last = null;

    /// <summary>The pause before the next poll.</summary>
    public TimeSpan Next()
    {
        var pause = _last is { } before ? before * 2 : first;
        _last = pause < longest ? pause : longest;
        return _last.Value;
    }
}
