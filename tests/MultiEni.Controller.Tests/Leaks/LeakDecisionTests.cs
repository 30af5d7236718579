using MultiEni.Controller.Ec2;
using MultiEni.Controller.Leaks;

namespace MultiEni.Controller.Tests.Leaks;

public sealed class LeakDecisionTests
{
    private static readonly Dictionary<string, DateTimeOffset> NothingSeen = [];

    [Fact]
    public void A_stray_ENI_is_deleted_only_after_it_was_seen_twice_and_the_grace_time_passed()
    {
        var first = Decide([A.Row()], NothingSeen, A.Noon);
        Assert.Empty(first.Delete);

        Assert.Empty(Decide([A.Row()], first.Candidates, A.Noon.AddMinutes(4)).Delete);
        Assert.Equal("eni-1", Assert.Single(Decide([A.Row()], first.Candidates, A.Noon.AddMinutes(5)).Delete).EniId);
    }

    [Fact]
    public void An_ENI_that_was_wanted_in_between_starts_anew()
    {
        var first = Decide([A.Row()], NothingSeen, A.Noon);
        var wanted = Decide([A.Row()], first.Candidates, A.Noon.AddMinutes(5), isWanted: true);

        Assert.Empty(Decide([A.Row()], wanted.Candidates, A.Noon.AddMinutes(6)).Delete);
    }

    [Fact]
    public void A_retained_ENI_is_no_candidate_and_has_all_of_the_grace_time_once_it_is_not_retained()
    {
        var seen = new Dictionary<string, DateTimeOffset> { ["eni-1"] = A.Noon, ["eni-2"] = A.Noon };

        var verdict = Decide([A.Row(), A.Row("eni-2")], seen, A.Noon.AddHours(1), retained: "eni-1");
        var after = Decide([A.Row()], verdict.Candidates, A.Noon.AddHours(2));

        Assert.Equal(("eni-2", "eni-2"), (Assert.Single(verdict.Delete).EniId, Assert.Single(verdict.Candidates).Key));
        Assert.Empty(after.Delete);
        Assert.Equal("eni-1", Assert.Single(Decide([A.Row()], after.Candidates, A.Noon.AddHours(2).AddMinutes(5)).Delete).EniId);
    }

    [Fact]
    public void Retained_ENIs_do_not_apply_the_brake()
    {
        var rows = Enumerable.Range(0, 300).Select(i => A.Row($"eni-{i}")).ToList();
        var seen = rows.ToDictionary(row => row.EniId, _ => A.Noon);

        var verdict = LeakDecision.Decide(rows, _ => false, row => row.EniId != "eni-7", seen, A.Noon.AddHours(1), new LeakLimits());

        Assert.Equal(("eni-7", null), (Assert.Single(verdict.Delete).EniId, verdict.Blocked));
    }

    [Fact]
    public void An_attached_ENI_or_one_without_a_slot_is_no_leak()
    {
        var seen = new Dictionary<string, DateTimeOffset> { ["eni-1"] = A.Noon, ["eni-2"] = A.Noon };
        var foreign = A.Row("eni-2") with { Tags = new Dictionary<string, string>() };

        Assert.Empty(Decide([A.Row(attachment: A.Attached()), foreign], seen, A.Noon.AddHours(1)).Delete);
    }

    /// <summary>Attached or not, it belongs to whoever launched it.</summary>
    [Fact]
    public void An_adopted_ENI_that_nobody_wants_is_released_in_the_same_time_and_never_deleted()
    {
        EniRow[] rows = [A.Adopted(A.Row("eni-1")), A.Adopted(A.Row("eni-2", A.Attached())), A.Row("eni-3")];
        var first = Decide(rows, NothingSeen, A.Noon);
        Assert.Empty(first.Release);

        Assert.Empty(Decide(rows, first.Candidates, A.Noon.AddMinutes(4)).Release);
        var verdict = Decide(rows, first.Candidates, A.Noon.AddMinutes(5));
        Assert.Equal(["eni-1", "eni-2"], verdict.Release.Select(row => row.EniId));
        Assert.Equal("eni-3", Assert.Single(verdict.Delete).EniId);
        Assert.Empty(Decide(rows, first.Candidates, A.Noon.AddMinutes(5), isWanted: true).Release);
        Assert.Equal(LeakReason.SlotUnwanted, LeakReasons.Of(rows[0], _ => false, _ => false));
    }

    [Fact]
    public void Very_many_leaks_at_once_stop_the_pass_and_say_so()
    {
        var rows = Enumerable.Range(0, 300).Select(i => A.Row($"eni-{i}")).ToList();
        var seen = rows.ToDictionary(row => row.EniId, _ => A.Noon);

        var verdict = Decide(rows, seen, A.Noon.AddHours(1));

        Assert.Empty(verdict.Delete);
        Assert.Contains("300 of 300", verdict.Blocked, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pass_deletes_at_most_as_many_as_it_may()
    {
        var rows = Enumerable.Range(0, 40).Select(i => A.Row($"eni-{i}")).ToList();
        var verdict = LeakDecision.Decide(
            rows,
            _ => false,
            _ => false,
            rows.ToDictionary(row => row.EniId, _ => A.Noon),
            A.Noon.AddHours(1),
            new LeakLimits { MaximumPerPass = 25 }
        );

        Assert.Equal(25, verdict.Delete.Count);
    }

    private static LeakVerdict Decide(
        IReadOnlyCollection<EniRow> rows,
        IReadOnlyDictionary<string, DateTimeOffset> seen,
        DateTimeOffset now,
        bool isWanted = false,
        string? retained = null
    ) => LeakDecision.Decide(rows, _ => isWanted, row => row.EniId == retained, seen, now, new LeakLimits());
}
