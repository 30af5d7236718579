namespace MultiEni.Controller.Ec2.Inventory;

/// <summary>When questions that came together are asked together (docs/reference/ec2.md#rate-budget).</summary>
internal sealed record CoalescerOptions
{
    /// <summary>A batch goes when no question came for this long.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>A batch goes at this age at the latest.</summary>
    public TimeSpan Longest { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A batch goes at once with this many questions.</summary>
    public int Most { get; init; } = Ec2Client.FilterValues;

    /// <summary>How often a failed batch is halved at most.</summary>
    public int Levels { get; init; } = 8;
}
