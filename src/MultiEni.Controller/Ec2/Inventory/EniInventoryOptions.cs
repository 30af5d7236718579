namespace MultiEni.Controller.Ec2.Inventory;

/// <summary>Times of the inventory.</summary>
internal sealed record EniInventoryOptions
{
    /// <summary>Value of the cluster tag on our ENIs.</summary>
    public required string Cluster { get; init; }

    /// <summary>
    /// How long after a call EC2 may still answer as if it had not been made; at least 30 s (docs/reference/ec2.md#one-eni-per-slot).
    /// </summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>From the first change to the first poll; the pauses double from here on.</summary>
    public TimeSpan FirstPoll { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Between two polls while something is in transition at most (docs/reference/ec2.md#call-plan).</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long a reading of an instance's device indexes counts. Of our own ENIs the inventory knows better anyway, and when somebody else
    /// took an index in between, EC2 says so and it is read again.
    /// </summary>
    public TimeSpan OccupancyLifetime { get; init; } = TimeSpan.FromMinutes(5);
}
