using CsCheck;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.Ec2.Inventory;
using static MultiEni.Controller.Tests.Ec2.Rows;

namespace MultiEni.Controller.Tests.Ec2.Inventory;

public sealed class InventoryStateTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly InventoryState _state = new(TimeSpan.FromSeconds(30), Start);

    private static DateTimeOffset At(double seconds) => Start + TimeSpan.FromSeconds(seconds);

    [Fact]
    public void A_sweep_tells_what_came_what_changed_and_nothing_of_the_rest()
    {
        Assert.Equal(["a", "b"], Sweep(0, Available("eni-1", "a"), Available("eni-2", "b")).Changed);
        Assert.Empty(Sweep(60, Available("eni-1", "a"), Available("eni-2", "b")).Changed);
        Assert.Equal(["b"], Sweep(120, Available("eni-1", "a"), Attached("eni-2", "b", "eni-attach-1")).Changed);
        Assert.Equal("eni-2", Assert.Single(_state.FindByInstance(Instance)).EniId);
    }

    [Fact]
    public void A_row_that_says_nothing_new_is_not_replaced_by_its_copy()
    {
        var first = Available("eni-1", "a");
        Sweep(0, first);
        Sweep(60, Available("eni-1", "a"));
        Assert.Same(first, _state.Find("eni-1"));

        Sweep(120, Attached("eni-1", "a", "eni-attach-1"));
        Assert.NotSame(first, _state.Find("eni-1"));
    }

    [Fact]
    public void Duplicates_of_a_slot_are_all_visible_in_order()
    {
        Sweep(0, Available("eni-2", "a"), Available("eni-3", "a"), Available("eni-1", "a"));
        Assert.Equal(["eni-1", "eni-2", "eni-3"], _state.FindBySlot("a").Select(row => row.EniId));

        _state.Apply(new LocalEffect.Deleted("eni-2"), At(1));
        Assert.Equal(["eni-1", "eni-3"], _state.FindBySlot("a").Select(row => row.EniId));
    }

    [Fact]
    public void An_ENI_that_was_moved_to_another_slot_is_not_back_in_the_former_one_after_another_tag_was_set()
    {
        Sweep(0, Available("eni-1", "a"));
        Assert.Equal(["b"], _state.Apply(new LocalEffect.TagsSet("eni-1", Tags("b")), At(40)));
        _state.Apply(new LocalEffect.TagsSet("eni-1", new Dictionary<string, string> { ["team"] = "x" }), At(41));

        // What EC2 shows is behind.
        _state.Observe(_state.Begin(At(42)), [Available("eni-1", "a")]);

        Assert.Equal("x", Assert.Single(_state.FindBySlot("b")).Tags["team"]);
        Assert.Empty(_state.FindBySlot("a"));
        _state.Observe(_state.Begin(At(80)), [Available("eni-1", "a")]);
        Assert.Single(_state.FindBySlot("a"));
    }

    [Fact]
    public void A_description_asked_before_a_call_was_answered_changes_nothing()
    {
        Sweep(0, Available("eni-1", "a"));
        var old = _state.Begin(At(60));
        _state.Apply(new LocalEffect.Attached("eni-1", Attachment("eni-attach-1", EniStates.Attaching)), At(61));

        Assert.Empty(_state.Observe(old, [Available("eni-1", "a")]));
        Assert.Empty(_state.EndSweep(old, new HashSet<string>()).Gone);
        Assert.Equal("eni-attach-1", _state.Find("eni-1")!.Attachment!.AttachmentId);
    }

    [Fact]
    public void A_description_that_does_not_show_our_call_yet_is_corrected_until_the_grace_time_is_over()
    {
        Sweep(0, Available("eni-1", "a"));
        _state.Apply(new LocalEffect.SourceDestCheckSet("eni-1", Value: false), At(60));
        _state.Apply(new LocalEffect.Attached("eni-1", Attachment("eni-attach-1", EniStates.Attaching)), At(60));

        Assert.Empty(Sweep(61, Available("eni-1", "a")).Changed);
        Assert.False(_state.Find("eni-1")!.SourceDestCheck);
        Assert.Equal(EniStates.Attaching, _state.Find("eni-1")!.Attachment!.Status);

        Assert.Equal(["a"], Sweep(91, Available("eni-1", "a")).Changed);
        Assert.True(_state.Find("eni-1")!.SourceDestCheck);
        Assert.Null(_state.Find("eni-1")!.Attachment);
    }

    [Fact]
    public void An_attachment_that_was_ended_does_not_come_back()
    {
        Sweep(0, Available("eni-1", "a"));
        _state.Apply(new LocalEffect.Attached("eni-1", Attachment("eni-attach-1", EniStates.Attaching)), At(1));
        _state.Apply(new LocalEffect.Detached("eni-attach-1"), At(2));

        Sweep(3, Attached("eni-1", "a", "eni-attach-1"));
        Assert.Equal(EniStates.Detaching, _state.Find("eni-1")!.Attachment!.Status);
        Sweep(4, Available("eni-1", "a"));
        Assert.Null(_state.Find("eni-1")!.Attachment);
    }

    [Fact]
    public void A_deleted_ENI_is_gone_at_once_and_stays_so_while_descriptions_lag()
    {
        Sweep(0, Available("eni-1", "a"));

        Assert.Equal(["a"], _state.Apply(new LocalEffect.Deleted("eni-1"), At(10)));
        Assert.Empty(Sweep(11, Available("eni-1", "a")).Changed);
        Assert.IsType<Presence.Absent>(_state.PresenceOf("eni-1"));
        Assert.IsType<Presence.Absent>(_state.PresenceOfSlot("a"));
    }

    [Fact]
    public void An_ENI_that_is_not_mentioned_is_absent_only_after_the_grace_time()
    {
        _state.Apply(new LocalEffect.Created(Available("eni-1", "a")), At(0));

        Assert.Equal(["a"], Sweep(5).Changed);
        Assert.IsType<Presence.AbsentWithinGrace>(_state.PresenceOf("eni-1"));
        Assert.IsType<Presence.AbsentWithinGrace>(_state.PresenceOfSlot("a"));
        Assert.Contains("eni-1", _state.PollTargets(At(6)).EniIds);

        Assert.Equal(["eni-1"], Sweep(31).Gone);
        Assert.IsType<Presence.Absent>(_state.PresenceOf("eni-1"));
        Assert.IsType<Presence.Absent>(_state.PresenceOfSlot("a"));
        Assert.False(_state.AnythingInTransition);
    }

    [Fact]
    public void A_missing_ENI_that_shows_up_again_was_never_gone()
    {
        _state.Apply(new LocalEffect.Created(Available("eni-1", "a")), At(0));
        Sweep(5);

        Assert.Equal(["a"], Sweep(7, Available("eni-1", "a")).Changed);
        Assert.IsType<Presence.Present>(_state.PresenceOf("eni-1"));
    }

    [Fact]
    public void Before_the_first_sweep_nothing_is_absent()
    {
        Assert.IsType<Presence.AbsentWithinGrace>(_state.PresenceOfSlot("a"));
        Assert.IsType<Presence.AbsentWithinGrace>(_state.PresenceOf("eni-1"));
        Sweep(1);
        Assert.IsType<Presence.Absent>(_state.PresenceOfSlot("a"));
        // A predecessor may have created it a moment ago, so for the ENI itself one sweep is not
        // enough.
        Assert.IsType<Presence.AbsentWithinGrace>(_state.PresenceOf("eni-1"));
        Sweep(31);
        Assert.IsType<Presence.Absent>(_state.PresenceOf("eni-1"));
    }

    [Fact]
    public void A_create_without_an_answer_keeps_the_slot_uncertain_until_the_grace_time_proves_it_empty()
    {
        Sweep(0);
        _state.Apply(new LocalEffect.CreateSent("a"), At(10));

        Assert.IsType<Presence.AbsentWithinGrace>(_state.PresenceOfSlot("a"));
        Assert.Empty(_state.PollTargets(At(12)).Slots);
        Assert.Equal(["a"], _state.PollTargets(At(15)).Slots);
        Assert.Empty(_state.SlotsNotSeen(_state.Begin(At(39)), ["a"]));
        Assert.Equal(["a"], _state.SlotsNotSeen(_state.Begin(At(40)), ["a"]));
        Assert.IsType<Presence.Absent>(_state.PresenceOfSlot("a"));
    }

    [Fact]
    public void A_create_without_an_answer_that_did_happen_is_found_by_its_slot()
    {
        Sweep(0);
        _state.Apply(new LocalEffect.CreateSent("a"), At(10));

        Assert.Equal(["a"], _state.Observe(_state.Begin(At(16)), [Available("eni-1", "a")]));
        Assert.Equal("eni-1", Assert.IsType<Presence.Present>(_state.PresenceOfSlot("a")).Row.EniId);
        Assert.False(_state.AnythingInTransition);
    }

    [Fact]
    public void A_refused_create_settles_itself_but_not_the_unanswered_one_before_it()
    {
        Sweep(0);
        _state.Apply(new LocalEffect.CreateSent("a"), At(1));
        _state.Apply(new LocalEffect.CreateRefused("a"), At(2));
        Assert.IsType<Presence.Absent>(_state.PresenceOfSlot("a"));

        _state.Apply(new LocalEffect.CreateSent("a"), At(3));
        _state.Apply(new LocalEffect.CreateSent("a"), At(4));
        _state.Apply(new LocalEffect.CreateRefused("a"), At(5));
        Assert.IsType<Presence.AbsentWithinGrace>(_state.PresenceOfSlot("a"));
    }

    [Fact]
    public void A_replayed_create_does_not_undo_what_is_known_since()
    {
        _state.Apply(new LocalEffect.Created(Available("eni-1", "a")), At(0));
        _state.Apply(new LocalEffect.Attached("eni-1", Attachment("eni-attach-1", EniStates.Attaching)), At(1));

        Assert.Empty(_state.Apply(new LocalEffect.Created(Available("eni-1", "a")), At(2)));
        Assert.NotNull(_state.Find("eni-1")!.Attachment);
    }

    [Fact]
    public void An_ENI_that_somebody_asks_about_is_polled_until_its_absence_is_proven()
    {
        Sweep(100);
        _state.Watch("eni-9", At(100));

        Assert.IsType<Presence.AbsentWithinGrace>(_state.PresenceOf("eni-9"));
        Assert.Empty(_state.Absent(_state.Begin(At(129)), ["eni-9"]).Changed);
        Assert.Equal(["eni-9"], _state.Absent(_state.Begin(At(130)), ["eni-9"]).Changed);
        Assert.IsType<Presence.Absent>(_state.PresenceOf("eni-9"));
        Assert.False(_state.AnythingInTransition);
    }

    [Fact]
    public void Only_rows_in_transition_are_polled()
    {
        Sweep(0, Available("eni-1", "a"), Available("eni-2", "b") with { Status = EniStates.Pending });

        Assert.Equal(["eni-2"], _state.PollTargets(At(1)).EniIds);
        _state.Observe(_state.Begin(At(2)), [Available("eni-2", "b")]);
        Assert.False(_state.AnythingInTransition);
    }

    [Fact]
    public void In_any_order_of_answers_the_indexes_agree_with_the_rows() =>
        Gen.Select(Gen.Int[0, 6], Gen.Int[1, 4], Gen.Int[0, 2])
            .Array[1, 60]
            .Sample(steps =>
            {
                var state = new InventoryState(TimeSpan.FromSeconds(30), Start);
                var open = new List<Observation>();
                var now = 0;
                foreach (var (kind, eni, slot) in steps)
                {
                    now += 7;
                    Play(state, open, kind, $"eni-{eni}", $"s{slot}", At(now));
                }

                foreach (var row in state.Rows())
                {
                    Assert.Contains(row, state.FindBySlot(row.Slot!));
                    Assert.Equal(row.Attachment is not null, state.FindByInstance(Instance).Contains(row));
                }

                Assert.Equal(state.Rows().Count, Enumerable.Range(0, 3).Sum(slot => state.FindBySlot($"s{slot}").Count));
                Assert.Equal(state.Rows().Count(row => row.Attachment is not null), state.FindByInstance(Instance).Count);
            });

    /// <summary>
    /// A predecessor may have sent a create call just before it died, and EC2 shows its ENI only
    /// seconds later (docs/reference/ec2.md#one-eni-per-slot, docs/reference/ec2.md#consistency).
    /// </summary>
    [Fact]
    public void After_a_restart_the_absence_of_a_slot_counts_only_when_EC2_was_asked_a_grace_time_later()
    {
        Sweep(1);
        Assert.IsType<Presence.Absent>(_state.PresenceOfSlot("a"));
        Assert.False(_state.IsSettled("a"));

        _state.Suspect("a");
        Assert.IsType<Presence.AbsentWithinGrace>(_state.PresenceOfSlot("a"));
        Assert.Empty(_state.PollTargets(At(29)).Slots);
        Assert.Equal(["a"], _state.PollTargets(At(30)).Slots);
        Assert.Equal(["a"], _state.SlotsNotSeen(_state.Begin(At(30)), ["a"]));

        Assert.IsType<Presence.Absent>(_state.PresenceOfSlot("a"));
        Assert.True(_state.IsSettled("a"));
        Assert.False(_state.IsSettled("b"));
        Sweep(31);
        Assert.True(_state.IsSettled("b"));
    }

    /// <summary>
    /// A controller that is restarted again and again would otherwise never finish a deletion
    /// (docs/reliability.md).
    /// </summary>
    [Theory]
    [InlineData(-30, 0, true)]
    [InlineData(-31, 0, true)]
    [InlineData(-29, 0, false)]
    [InlineData(-29, 1, true)]
    [InlineData(5, 30, true)]
    [InlineData(5, 29, false)]
    public void The_absence_of_a_slot_for_which_nobody_creates_any_more_counts_a_grace_time_later(int abandonedAt, int sweptAt, bool settled)
    {
        Sweep(sweptAt);

        Assert.Equal(settled, _state.IsSettled("a", At(abandonedAt)));
    }

    [Fact]
    public void A_slot_for_which_nobody_creates_any_more_is_asked_for_a_grace_time_later()
    {
        Sweep(1);
        _state.Suspect("a", At(-20));

        Assert.Empty(_state.PollTargets(At(9)).Slots);
        Assert.Equal(["a"], _state.PollTargets(At(10)).Slots);
        Assert.Equal(["a"], _state.SlotsNotSeen(_state.Begin(At(10)), ["a"]));
        Assert.True(_state.IsSettled("a", At(-20)));
    }

    [Fact]
    public void A_suspected_ENI_that_shows_up_is_found_by_its_slot()
    {
        Sweep(1);
        _state.Suspect("a");

        Assert.Equal(["a"], _state.Observe(_state.Begin(At(30)), [Available("eni-1", "a")]));
        Assert.IsType<Presence.Present>(_state.PresenceOfSlot("a"));
    }

    private static void Play(InventoryState state, List<Observation> open, int kind, string eni, string slot, DateTimeOffset now)
    {
        switch (kind)
        {
            case 0:
                open.Add(state.Begin(now));
                break;
            case 1 when open.Count > 0:
                state.Observe(open[^1], [Available(eni, slot)]);
                break;
            case 2 when open.Count > 0:
                state.Observe(open[0], [Attached(eni, slot, $"eni-attach-{eni[4..]}")]);
                break;
            case 3:
                state.Apply(new LocalEffect.Attached(eni, Attachment($"eni-attach-{eni[4..]}", EniStates.Attaching)), now);
                break;
            case 4:
                state.Apply(new LocalEffect.Detached($"eni-attach-{eni[4..]}"), now);
                break;
            case 5:
                state.Apply(new LocalEffect.Deleted(eni), now);
                break;
            case 6 when open.Count > 0:
                state.EndSweep(open[^1], new HashSet<string>(StringComparer.Ordinal) { eni });
                break;
            default:
                break;
        }
    }

    private (IReadOnlyList<string> Changed, IReadOnlyList<string> Gone) Sweep(double seconds, params EniRow[] rows)
    {
        var sweep = _state.Begin(At(seconds));
        var changed = _state.Observe(sweep, rows);
        var end = _state.EndSweep(sweep, rows.Select(row => row.EniId).ToHashSet(StringComparer.Ordinal));
        return ([.. changed, .. end.Changed], end.Gone);
    }
}
