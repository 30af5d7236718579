using MultiEni.Controller.Ec2;

namespace MultiEni.Controller.Leaks;

/// <summary>
/// Decides which ENIs nobody wants any more. Pure. Two sightings and a grace time stand between an
/// ENI and its deletion, and a brake between a wrong view of the cluster and all ENIs
/// (docs/taking-enis-away.md#leaks).
/// </summary>
internal static class LeakDecision
{
    /// <summary>The verdict over one sweep.</summary>
    /// <param name="rows">
    /// All ENIs with our cluster and owner tags, read before <paramref name="isWanted" /> was.
    /// </param>
    /// <param name="isWanted">
    /// Whether an attachment exists for a slot, one under deletion included: that one deletes its
    /// ENI itself.
    /// </param>
    /// <param name="isRetained">
    /// Whether an unattached ENI is kept for the next node, or about to be taken by one.
    /// </param>
    /// <param name="firstSeen">When each candidate of former sweeps was first one.</param>
    /// <param name="now">The time.</param>
    /// <param name="limits">Grace, cap and brake.</param>
    public static LeakVerdict Decide(
        IReadOnlyCollection<EniRow> rows,
        Func<string, bool> isWanted,
        Func<EniRow, bool> isRetained,
        IReadOnlyDictionary<string, DateTimeOffset> firstSeen,
        DateTimeOffset now,
        LeakLimits limits
    )
    {
        var candidates = new Dictionary<string, DateTimeOffset>();
        var ripe = new List<EniRow>();
        foreach (var row in rows)
        {
            // Only what is unattached, and only what carries a slot we can read: anything
            // else is somebody's business. Of what a launch template made, attached or not, only our
            // tags are left over.
            var isUnattached = row.Status == EniStates.Available && row.Attachment is null;
            if (!(isUnattached || row.Adopted) || row.Slot is not { } slot || isWanted(slot) || isRetained(row))
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
                [],
                $"{candidates.Count} of {rows.Count} ENIs look leaked, more than the {brake} that are deleted without confirmation; "
                    + "check that the controller sees all NodeENIs, then start it once with --leak-brake=off"
            );
        }

        ripe.Sort((left, right) => string.CompareOrdinal(left.EniId, right.EniId));
        var due = ripe.Take(limits.MaximumPerPass).ToLookup(row => row.Adopted);
        return new LeakVerdict(candidates, [.. due[false]], [.. due[true]], null);
    }
}

/// <summary>What a leak pass found.</summary>
/// <param name="Candidates">ENIs that nobody seems to want, and since when.</param>
/// <param name="Delete">Those to delete now.</param>
/// <param name="Release">
/// Those to take our tags off now: adopted ones, which stay where they are.
/// </param>
/// <param name="Blocked">
/// Why nothing is deleted although there is much to delete; null otherwise.
/// </param>
internal sealed record LeakVerdict(
    IReadOnlyDictionary<string, DateTimeOffset> Candidates,
    IReadOnlyList<EniRow> Delete,
    IReadOnlyList<EniRow> Release,
    string? Blocked
);

/// <summary>Why nobody wants an ENI any more.</summary>
internal enum LeakReason
{
    /// <summary>Its NodeENI does not exist.</summary>
    NodeEniGone,

    /// <summary>Its node does not exist.</summary>
    NodeGone,

    /// <summary>Both exist, and no attachment has its slot.</summary>
    SlotUnwanted,
}

/// <summary>Tells why an ENI is leaked, from its tags. Pure.</summary>
internal static class LeakReasons
{
    /// <summary>The reason.</summary>
    /// <param name="row">The ENI.</param>
    /// <param name="nodeEniExists">Whether a NodeENI of a name exists.</param>
    /// <param name="nodeExists">Whether a node of a name exists.</param>
    public static LeakReason Of(EniRow row, Func<string, bool> nodeEniExists, Func<string, bool> nodeExists)
    {
        if (row.Adopted)
        {
            // It does not say for whom.
            return LeakReason.SlotUnwanted;
        }

        if (!nodeEniExists(row.Tags.GetValueOrDefault("NodeENI", "")))
        {
            return LeakReason.NodeEniGone;
        }

        return nodeExists(row.Tags.GetValueOrDefault("Node", "")) ? LeakReason.SlotUnwanted : LeakReason.NodeGone;
    }

    /// <summary>As a label of metrics.</summary>
    public static string Metric(LeakReason reason) =>
        reason switch
        {
            LeakReason.NodeEniGone => "nodeeni_gone",
            LeakReason.NodeGone => "node_gone",
            _ => "slot_unwanted",
        };

    /// <summary>For people.</summary>
    public static string Sentence(LeakReason reason) =>
        reason switch
        {
            LeakReason.NodeEniGone => "its NodeENI does not exist any more",
            LeakReason.NodeGone => "its node does not exist any more",
            _ => "no ENIAttachment wants it",
        };
}

/// <summary>How careful the leak pass is.</summary>
internal sealed record LeakLimits
{
    /// <summary>
    /// How long an ENI must have been a candidate. Longer than any attachment takes.
    /// </summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The most deletions in one pass.</summary>
    public int MaximumPerPass { get; init; } = 50;

    /// <summary>The share of all our ENIs above which the pass stops and asks.</summary>
    public double BrakeShare { get; init; } = 0.2;

    /// <summary>
    /// The number of candidates below which it never stops, so that small clusters are cleaned too.
    /// </summary>
    public int BrakeMinimum { get; init; } = 50;
}
