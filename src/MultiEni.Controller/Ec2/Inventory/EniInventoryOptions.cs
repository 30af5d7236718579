namespace MultiEni.Controller.Ec2.Inventory;

/// <summary>Times of the inventory.</summary>
public sealed record EniInventoryOptions
{
    /// <summary>Value of the cluster tag on our ENIs.</summary>
    public required string Cluster { get; init; }

    /// <summary>How long after a call EC2 may still answer as if it had not been made; at least 30 s [ec2 K.5].</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Between two polls while something is in transition [ec2 J.2].</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a reading of an instance's device indexes counts.</summary>
    public TimeSpan OccupancyLifetime { get; init; } = TimeSpan.FromSeconds(60);
}
