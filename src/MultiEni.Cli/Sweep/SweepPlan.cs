using MultiEni.Controller.Ec2;
using MultiEni.Controller.Leaks;

namespace MultiEni.Cli.Sweep;

/// <summary>What a sweep would delete and what it leaves. Pure; the decision itself is the controller's.</summary>
/// <param name="Leaked">ENIs of this cluster that lie about unattached and that nobody wants.</param>
/// <param name="StillAttached">ENIs of this cluster that nobody wants and that an instance still has: never touched here.</param>
internal sealed record SweepPlan(IReadOnlyList<EniRow> Leaked, IReadOnlyList<EniRow> StillAttached)
{
    // A person looks at the list in place of the brake. The grace is the time until everything is looked at again, before the first deletion.
    private static readonly LeakLimits Limits = new()
    {
        Grace = TimeSpan.Zero,
        MaximumPerPass = int.MaxValue,
        BrakeMinimum = int.MaxValue,
    };

    /// <summary>The plan over what EC2 said, read before <paramref name="wanted"/> was.</summary>
    public static SweepPlan Decide(IReadOnlyList<EniRow> rows, IReadOnlySet<string> wanted, DateTimeOffset now)
    {
        var seen = rows.ToDictionary(row => row.EniId, _ => now);
        var verdict = LeakDecision.Decide(rows, row => row.Slot, wanted.Contains, seen, now, Limits);
        return new SweepPlan(
            verdict.Delete,
            [
                .. rows.Where(row => row.Attachment is not null && row.Slot is { } slot && !wanted.Contains(slot))
                    .OrderBy(row => row.EniId, StringComparer.Ordinal),
            ]
        );
    }

    /// <summary>What is still to be deleted when everything was looked at again.</summary>
    public IReadOnlyList<EniRow> Confirmed(SweepPlan again) => [.. Leaked.Where(row => again.Leaked.Any(other => other.EniId == row.EniId))];
}
