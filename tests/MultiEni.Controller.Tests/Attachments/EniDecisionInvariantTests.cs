using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Controller.Attachments;
using MultiEni.Controller.Ec2;

namespace MultiEni.Controller.Tests.Attachments;

/// <summary>
/// What must hold of every step, whatever EC2 shows: all combinations of deletion, finalizer,
/// terminated instance, state of the ENI, state and place of its attachment, drift, a second ENI of
/// the slot, and whether each of them was adopted from a launch template.
/// </summary>
public sealed class EniDecisionInvariantTests
{
    private const string Here = "i-1";
    private static readonly string[] EniStatuses =
    [
        EniStates.Pending,
        EniStates.Available,
        EniStates.Attaching,
        EniStates.InUse,
        EniStates.Detaching,
        "associated",
    ];
    private static readonly string[] AttachmentStatuses = [EniStates.Attaching, EniStates.Attached, EniStates.Detaching, EniStates.Detached, "busy"];
    private static readonly List<Case> All = [.. Cases()];

    [Fact]
    public void All_combinations_are_walked() => Assert.InRange(All.Count, 100_000, 1_000_000);

    [Fact]
    public void An_ENI_of_a_launch_template_is_never_attached_detached_or_deleted() =>
        Holds((_, step) => step is not (EniStep.Attach or EniStep.Detach or EniStep.Delete) || !RowOf(step)!.Adopted);

    [Fact]
    public void Delete_on_termination_and_description_of_an_ENI_of_a_launch_template_are_left_alone() =>
        Holds((_, step) => step is not (EniStep.SetDeleteOnTermination or EniStep.SetDescription) || !RowOf(step)!.Adopted);

    [Fact]
    public void Only_ENIs_of_launch_templates_are_released_and_only_when_the_object_goes_or_another_has_the_slot() =>
        Holds((@case, step) => step is not EniStep.Release { Row: var row } || (row.Adopted && (@case.Deleting || @case.Rows.Count > 1)));

    [Fact]
    public void No_object_stays_because_of_an_ENI_of_a_launch_template() =>
        Holds(
            (@case, step) =>
                !@case.Deleting
                || @case.AgentHasIt
                || !@case.Rows.All(row => row.Adopted)
                || @case.Rows.Count == 0
                || step is EniStep.Release
                || (@case.Gone && step is EniStep.Wait)
        );

    [Fact]
    public void An_ENI_that_is_attached_elsewhere_is_never_changed_detached_or_deleted() =>
        Holds(
            (_, step) =>
                step is EniStep.Release
                || RowOf(step) is not { } row
                || row.Attachment is null or { Status: EniStates.Detached }
                || row.Attachment.InstanceId == Here
        );

    [Fact]
    public void An_ENI_attached_elsewhere_is_reported_when_no_other_step_is_left() =>
        Holds(
            (@case, step) =>
                @case.Rows.Count == 0
                || !@case.Rows.All(row => IsElsewhere(row) && !row.Adopted)
                || step is EniStep.Blocked { Reason: Reasons.EniInUseElsewhere }
                || (step is EniStep.DropDeviceFinalizer && @case.Gone)
        );

    [Fact]
    public void Nothing_is_in_sync_that_differs_from_its_specification_or_shares_its_slot() =>
        Holds(
            (@case, step) =>
                step is not EniStep.InSync
                || (
                    @case.Rows is [{ SourceDestCheck: true, Attachment: { InstanceId: Here, Status: EniStates.Attached } at } row]
                    && (at.DeleteOnTermination || row.Adopted)
                )
        );

    [Fact]
    public void Nothing_is_reported_ready_that_differs_from_its_specification() =>
        Holds(
            (@case, step) =>
            {
                var status = Report(@case, step);
                var kept = EniDecision.Kept(@case.Attachment, @case.Rows);
                return !status.Conditions.IsTrue(ConditionTypes.Ready)
                    || (
                        !@case.Deleting
                        && kept is { SourceDestCheck: true, Attachment: { InstanceId: Here, Status: EniStates.Attached } }
                        && (step is EniStep.InSync or EniStep.SetDeleteOnTermination || RowOf(step) != kept)
                    );
            }
        );

    [Fact]
    public void Whatever_is_not_ready_says_why() =>
        Holds(
            (@case, step) =>
                Report(@case, step).Conditions.Find(ConditionTypes.Ready)
                    is { Status: ConditionStatus.True }
                        or { Reason: { Length: > 0 } and not (Reasons.Ready or Reasons.Attached), Message.Length: > 10 }
        );

    [Fact]
    public void Every_wait_has_a_reason() =>
        Holds(
            (_, step) =>
                step switch
                {
                    EniStep.Wait wait => wait is { Reason.Length: > 0, Message.Length: > 10 },
                    EniStep.WaitForRelease wait => wait is { Reason.Length: > 0, Message.Length: > 0 },
                    EniStep.Blocked blocked => blocked is { Reason.Length: > 0, Message.Length: > 10 },
                    _ => true,
                }
        );

    [Fact]
    public void A_wait_is_for_something_that_moves_by_itself() =>
        Holds(
            (@case, step) =>
                step is not EniStep.Wait
                || @case.Rows.Any(row =>
                    row.Status is not (EniStates.Available or EniStates.InUse) || row.Attachment is not { Status: EniStates.Attached } || @case.Gone
                )
        );

    [Fact]
    public void An_ENI_is_taken_away_only_when_its_object_goes_or_another_has_the_slot_or_its_attachment_hangs() =>
        Holds(
            (@case, step) =>
                step is not (EniStep.Detach or EniStep.Delete)
                || @case.Deleting
                || @case.Rows.Count > 1
                || step is EniStep.Detach { Force: false, Row.Attachment.Status: EniStates.Attaching }
        );

    [Fact]
    public void The_ENI_that_the_agent_may_use_is_taken_away_only_after_the_agent_has_let_go() =>
        Holds(
            (@case, step) =>
                !@case.Deleting
                || !@case.AgentHasIt
                || step is not (EniStep.Detach or EniStep.Delete or EniStep.Release)
                || RowOf(step) != EniDecision.Kept(@case.Attachment, @case.Rows)
        );

    [Fact]
    public void Nothing_is_detached_from_an_instance_that_was_terminated() => Holds((@case, step) => step is not EniStep.Detach || !@case.Gone);

    [Fact]
    public void Only_what_is_available_is_deleted() =>
        Holds(
            (_, step) =>
                step is not EniStep.Delete { Row: var row }
                || row is { Status: EniStates.Available, Attachment: null or { Status: EniStates.Detached } }
        );

    [Fact]
    public void Only_an_object_that_stays_gets_an_ENI() =>
        Holds((@case, step) => step is not (EniStep.Create or EniStep.Attach or EniStep.Update or EniStep.InSync) || !@case.Deleting);

    [Fact]
    public void An_object_finishes_only_when_EC2_shows_nothing() =>
        Holds((@case, step) => step is not EniStep.Finish || (@case.Deleting && @case.Rows.Count == 0));

    /// <summary>
    /// So what is retained ends as surely as what is deleted, and the device is given back before.
    /// </summary>
    [Fact]
    public void An_ENI_that_is_kept_goes_the_way_of_one_that_is_not_and_is_left_where_that_is_deleted() =>
        Holds(
            (@case, step) =>
            {
                var kept = EniDecision.Kept(@case.Attachment, @case.Rows);
                var keeping = EniDecision.Next(@case.Observation with { KeepsEni = true });
                return step is EniStep.Delete { Row: var row } && row == kept && @case.Deleting
                    ? keeping is EniStep.Retain { Row: var left } && left == kept
                    : keeping.GetType() == step.GetType() && RowOf(keeping) == RowOf(step);
            }
        );

    [Fact]
    public void A_claimed_ENI_is_taken_exactly_where_one_would_be_created()
    {
        var claimed = A.Row("eni-claimed");
        Holds(
            (@case, step) =>
            {
                var claiming = EniDecision.Next(@case.Observation with { Retained = claimed });
                return step is EniStep.Create create
                    ? claiming == new EniStep.Take(claimed, create.Attempt, create.DeviceIndex)
                    : claiming.GetType() == step.GetType() && RowOf(claiming) == RowOf(step);
            }
        );
    }

    private static void Holds(Func<Case, EniStep, bool> invariant)
    {
        foreach (var @case in All)
        {
            var step = EniDecision.Next(@case.Observation);
            Assert.True(invariant(@case, step), $"{@case}\n=> {step}");
        }
    }

    private static EniAttachmentStatus Report(Case @case, EniStep step)
    {
        var blocker = (step as EniStep.Rest)?.Blocker;
        @case.Attachment.Status = new() { Conditions = [A.Condition(ConditionTypes.Configured, true)] };
        return AttachmentReport.Patch(@case.Attachment, EniDecision.Kept(@case.Attachment, @case.Rows), null, null, null, blocker, A.Noon)!.Status!;
    }

    private static EniRow? RowOf(EniStep step) =>
        step switch
        {
            EniStep.Update update => update.Row,
            EniStep.Attach attach => attach.Row,
            EniStep.Detach detach => detach.Row,
            EniStep.Delete delete => delete.Row,
            EniStep.Release release => release.Row,
            _ => null,
        };

    private static bool IsElsewhere(EniRow row) => row.Attachment is { Status: not EniStates.Detached, InstanceId: not Here };

    private static IEnumerable<Case> Cases()
    {
        var first = WithAdopted(Variants("eni-1")).ToList();
        var second = WithAdopted(Variants("eni-2").Where(row => row.SourceDestCheck)).ToList();
        foreach (var deleting in Both)
        {
            foreach (var agentHasIt in Both)
            {
                foreach (var gone in Both)
                {
                    foreach (var late in Both)
                    {
                        yield return new(deleting, agentHasIt, gone, late, []);
                        foreach (var row in first)
                        {
                            yield return new(deleting, agentHasIt, gone, late, [row]);
                            foreach (var other in second)
                            {
                                yield return new(deleting, agentHasIt, gone, late, [row, other]);
                            }
                        }
                    }
                }
            }
        }
    }

    private static IEnumerable<EniRow> WithAdopted(IEnumerable<EniRow> rows) => rows.SelectMany(row => new[] { row, A.Adopted(row) });

    private static bool[] Both => [false, true];

    private static IEnumerable<EniRow> Variants(string id)
    {
        foreach (var (check, deleteOnTermination) in new[] { (true, true), (true, false), (false, true) })
        {
            foreach (var status in EniStatuses.Where(_ => deleteOnTermination))
            {
                yield return A.Row(id, status: status, sourceDestCheck: check);
            }

            foreach (var instance in new[] { Here, "i-2", null })
            {
                foreach (var status in AttachmentStatuses)
                {
                    var attachment = A.Attached(status: status, deleteOnTermination: deleteOnTermination) with { InstanceId = instance };
                    yield return A.Row(id, attachment, status is EniStates.Detached ? EniStates.Available : EniStates.InUse, check);
                }
            }
        }
    }

    private sealed record Case(bool Deleting, bool AgentHasIt, bool Gone, bool Late, IReadOnlyList<EniRow> Rows)
    {
        public EniAttachment Attachment { get; } =
            A.Attachment(deleting: Deleting, finalizers: AgentHasIt ? [Names.EniFinalizer, Names.DeviceFinalizer] : [Names.EniFinalizer]);

        public EniObservation Observation
        {
            get
            {
                // Within and after all time limits.
                var now = Late ? A.Noon.AddHours(1) : A.Noon.AddSeconds(10);
                SlotObservation slot = Rows.Count > 0 ? new SlotObservation.Present(Rows) : new SlotObservation.Absent();
                return new(Attachment, slot, null, new HashSet<int> { 0 }, 8, Gone, A.Noon, A.Noon, now, new EniTimeLimits());
            }
        }

        public override string ToString() =>
            $"deleting {Deleting}, agent {AgentHasIt}, gone {Gone}, late {Late}: {string.Join(" | ", Rows.Select(row => $"{row.EniId} {row.Status} adopted {row.Adopted} check {row.SourceDestCheck} {row.Attachment}"))}";
    }
}
