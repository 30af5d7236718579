using MultiEni.Controller.Ec2;

namespace MultiEni.Controller.Leaks;

/// <summary>What a leak pass found.</summary>
/// <param name="Candidates">ENIs that nobody seems to want, and since when.</param>
/// <param name="Delete">Those to delete now.</param>
/// <param name="Blocked">Why nothing is deleted although there is much to delete; null otherwise.</param>
internal sealed record LeakVerdict(IReadOnlyDictionary<string, DateTimeOffset> Candidates, IReadOnlyList<EniRow> Delete, string? Blocked);
