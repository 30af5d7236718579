using MultiEni.Controller.Ec2;

namespace MultiEni.Controller.Leaks;

/// <summary>
/// Decides which ENIs nobody wants any more. Pure. Two sightings and a grace time stand between an ENI and its deletion, and a brake
/// between a wrong view of the cluster and all ENIs (docs/taking-enis-away.md#leaks).
/// </summary>
internal static class LeakDecision
{
    /// <summary>The verdict over one sweep.</summary>
    /// <param name="rows">All ENIs with our cluster and owner tags, read before <paramref name="isWanted"/> was.</param>
    /// <param name="slotOf">The slot that a row's tags tell, or null.</param>
    /// <param name="isWanted">Whether an attachment exists for a slot, one under deletion included: that one deletes its ENI itself.</param>
    /// <param name="firstSeen">When each candidate of former sweeps was first one.</param>
    /// <param name="now">The time.</param>
    /// <param name="limits">Grace, cap and brake.</param>
    public static LeakVerdict Decide(
        IReadOnlyCollection<EniRow> rows,
        Func<EniRow, string?> slotOf,
        Func<string, bool> isWanted,
        IReadOnlyDictionary<string, DateTimeOffset> firstSeen,
        DateTimeOffset now,
        LeakLimits limits
    )
    {
        var candidates = new Dictionary<string, DateTimeOffset>();
        var ripe = new List<EniRow>();
        foreach (var row in rows)
        {
            // Only what lies about unattached, and only what carries a slot we can read: anything else is somebody's business.
            if (row.Status != EniStates.Available || row.Attachment is not null || slotOf(row) is not { } slot || isWanted(slot))
            {
                continue;
            }

            var known = firstSeen.TryGetValue(row.EniId, out var since);
            candidates[row.EniId] = known ? since : now;
            if (known && now - since >= limits.Grace)
            {
                ripe.Add(row);
            }
        }

        var brake = Math.Max(limits.BrakeMinimum, (int)(rows.Count * limits.BrakeShare));
        if (candidates.Count > brake)
        {
            return new LeakVerdict(
                candidates,
                [],
                $"{candidates.Count} of {rows.Count} ENIs look leaked, more than the {brake} that are deleted without being asked; "
                    + "check that the controller sees all NodeENIs, then start it once with --leak-brake=off"
            );
        }

        ripe.Sort((left, right) => string.CompareOrdinal(left.EniId, right.EniId));
        return new LeakVerdict(candidates, ripe.Take(limits.MaximumPerPass).ToList(), null);
    }
}
