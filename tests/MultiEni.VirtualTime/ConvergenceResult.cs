using MultiEni.Simulator.Ec2;

namespace MultiEni.VirtualTime;

/// <summary>What came of a <see cref="ConvergenceCase"/>.</summary>
/// <param name="Case">The case.</param>
/// <param name="Ready">When the last ENI was reported as attached.</param>
/// <param name="Hardened">When the last change was made that no node waits for.</param>
/// <param name="NodeReady">
/// For each node, when the last of its ENIs was reported as attached; sorted.
/// </param>
/// <param name="Calls">EC2 calls, and how many ENIs were in no instance at most.</param>
/// <param name="KubernetesWrites">Writes to the API server by verb and resource.</param>
/// <param name="Took">Real time.</param>
public sealed record ConvergenceResult(
    ConvergenceCase Case,
    TimeSpan Ready,
    TimeSpan Hardened,
    IReadOnlyList<TimeSpan> NodeReady,
    Ec2CounterSnapshot Calls,
    IReadOnlyDictionary<string, long> KubernetesWrites,
    TimeSpan Took
)
{
    /// <summary>Measured time until ready by its bound.</summary>
    public double ReadyRatio => Ready / Case.ReadyBound;

    /// <summary>Measured time until hardened by its bound.</summary>
    public double HardenedRatio => Hardened / Case.HardenedBound;

    /// <summary>The time by which this share of the nodes was ready.</summary>
    public TimeSpan NodeReadyPercentile(double share) => NodeReady[(int)Math.Ceiling(share * NodeReady.Count) - 1];
}
