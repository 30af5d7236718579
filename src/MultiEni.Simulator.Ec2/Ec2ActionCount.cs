namespace MultiEni.Simulator.Ec2;

/// <summary>How often an action was called; throttled calls are not among the errors.</summary>
public readonly record struct Ec2ActionCount(int Succeeded, int Failed, int Throttled)
{
    /// <summary>All of them.</summary>
    public int Total => Succeeded + Failed + Throttled;
}
