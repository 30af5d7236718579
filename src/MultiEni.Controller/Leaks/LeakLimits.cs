namespace MultiEni.Controller.Leaks;

/// <summary>How careful the leak pass is.</summary>
internal sealed record LeakLimits
{
    /// <summary>How long an ENI must have been a candidate. Longer than any attachment takes.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The most deletions in one pass.</summary>
    public int MaximumPerPass { get; init; } = 50;

    /// <summary>The share of all our ENIs above which the pass stops and asks.</summary>
    public double BrakeShare { get; init; } = 0.2;

    /// <summary>The number of candidates below which it never stops, so that small clusters are cleaned too.</summary>
    public int BrakeMinimum { get; init; } = 50;
}
