namespace MultiEni.Manager.Host.Simulated;

/// <summary>What a system call returned.</summary>
internal sealed record SimulatedAnswer
{
    /// <summary>Error number; 0 for success.</summary>
    public int Errno { get; set; }
}
