using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Controller.Attachments;
using MultiEni.Controller.Ec2;

namespace MultiEni.Controller.Tests.Attachments;

/// <summary>For how long an ENI under deletion waits for the agent of its node.</summary>
public sealed class AgentReleaseTests
{
    private static readonly string[] InDoubt =
    [
        Reasons.DeviceInUse,
        Reasons.DeviceUsageUnknown,
        Reasons.RemovalBlocked,
        Reasons.UnbindTimeout,
        Reasons.DeviceAmbiguous,
        Reasons.WaitingForDevice,
        Reasons.ReconcileFailed,
        Reasons.JournalUnwritable,
    ];

    private static readonly string[] Answers = ["", Reasons.Releasing, Reasons.Driverless, Reasons.Released, .. InDoubt];

    private static EniStep Next(string answer, bool beats, TimeSpan silence, TimeSpan? limit = null, string state = EniStates.Attached)
    {
        var attachment = A.Attachment(
            deleting: true,
            finalizers: [Names.EniFinalizer, Names.DeviceFinalizer],
            conditions: answer.Length > 0 ? [A.Condition(ConditionTypes.Released, answer == Reasons.Released, answer, $"because of {answer}")] : []
        );
        if (beats)
        {
            (attachment.Status ??= new()).Device = new DeviceStatus { ReleaseHeartbeatTime = A.Noon };
        }

        var row = state == EniStates.Attached ? A.Row(attachment: A.Attached()) : A.Row();
        var heard = A.Noon.AddHours(3);
        return EniDecision.Next(
            new EniObservation(
                attachment,
                new SlotObservation.Present([row]),
                null,
                null,
                8,
                false,
                null,
                null,
                heard + silence,
                new EniTimeLimits { Release = limit ?? TimeSpan.FromMinutes(5) }
            )
            {
                AgentHeard = heard,
            }
        );
    }

    [Fact]
    public void No_answer_and_no_silence_however_combined_takes_an_ENI_from_a_living_agent_or_from_a_pod()
    {
        foreach (var answer in Answers)
        {
            foreach (var beats in new[] { false, true })
            {
                foreach (var minutes in new[] { 0, 4.9, 5, 60 })
                {
                    foreach (var state in new[] { EniStates.Attached, EniStates.Available })
                    {
                        var step = Next(answer, beats, TimeSpan.FromMinutes(minutes), state: state);
                        var said = answer is not ("" or Reasons.Releasing);
                        var dead = minutes >= 5 && !InDoubt.Contains(answer) && (beats || !said);
                        Assert.Equal(
                            (answer, beats, minutes, state, dead ? nameof(EniStep.DropDeviceFinalizer) : nameof(EniStep.WaitForRelease)),
                            (answer, beats, minutes, state, step.GetType().Name)
                        );
                        if (step is EniStep.WaitForRelease wait)
                        {
                            Assert.Equal(said ? answer : Reasons.WaitingForRelease, wait.Reason);
                            Assert.NotEmpty(wait.Message);
                        }
                    }
                }
            }
        }
    }

    [Fact]
    public void An_agent_that_lives_is_waited_for_however_long_it_takes_and_whatever_it_has_said() =>
        Assert.IsType<EniStep.WaitForRelease>(Next(Reasons.Releasing, beats: true, TimeSpan.FromSeconds(100)));

    [Fact]
    public void A_short_release_timeout_leaves_an_agent_the_time_of_three_heartbeats()
    {
        var second = TimeSpan.FromSeconds(1);
        Assert.IsType<EniStep.WaitForRelease>(Next("", beats: true, ReleaseHeartbeat.Patience - second, limit: second));
        Assert.IsType<EniStep.DropDeviceFinalizer>(Next("", beats: true, ReleaseHeartbeat.Patience, limit: second));
        // One that has not begun to say so is given time for it.
        Assert.IsType<EniStep.WaitForRelease>(Next("", beats: false, ReleaseHeartbeat.FirstPatience - second, limit: second));
        Assert.IsType<EniStep.DropDeviceFinalizer>(Next("", beats: false, ReleaseHeartbeat.FirstPatience, limit: second));
    }

    [Fact]
    public void The_last_report_of_a_dead_agent_is_quoted_with_its_time_and_a_remedy()
    {
        var wait = Assert.IsType<EniStep.WaitForRelease>(Next(Reasons.DeviceInUse, beats: true, TimeSpan.FromHours(1)));
        Assert.StartsWith("because of DeviceInUse", wait.Message, StringComparison.Ordinal);
        Assert.Contains("eni-manager pod", wait.Message, StringComparison.Ordinal);
        Assert.Contains("terminate the node", wait.Message, StringComparison.Ordinal);
        Assert.Contains($"admissionPolicy.exemptUsers remove the finalizer {Names.DeviceFinalizer}", wait.Message, StringComparison.Ordinal);
        Assert.Null(wait.Deadline);
    }

    [Fact]
    public void Silence_counts_from_what_this_controller_saw_change_by_its_own_clock()
    {
        var signs = new AgentSigns();
        var attachment = A.Attachment(deleting: true);
        Assert.Null(signs.LastHeard(A.Attachment(), A.Noon));

        // However long ago the deletion was: this controller may have been away meanwhile, and with
        // it the API server.
        var begin = A.Noon.AddHours(9);
        Assert.Equal(begin, signs.LastHeard(attachment, begin));
        Assert.Equal(begin, signs.LastHeard(attachment, begin.AddMinutes(3)));

        // The node's clock is of another century.
        (attachment.Status ??= new()).Device = new DeviceStatus { ReleaseHeartbeatTime = A.Noon.AddYears(-100) };
        Assert.Equal(begin.AddMinutes(4), signs.LastHeard(attachment, begin.AddMinutes(4)));
        Assert.Equal(begin.AddMinutes(4), signs.LastHeard(attachment, begin.AddMinutes(5)));

        signs.Forget(attachment.Metadata.Name);
        Assert.Equal(begin.AddMinutes(6), signs.LastHeard(attachment, begin.AddMinutes(6)));
    }

    [Fact]
    public void The_silence_of_an_attachment_is_not_that_of_its_successor_of_the_same_name()
    {
        var signs = new AgentSigns();
        signs.LastHeard(A.Attachment(deleting: true), A.Noon);
        var successor = A.Attachment(deleting: true);
        successor.Metadata.Uid = "uid-of-the-successor";

        var weeksLater = A.Noon.AddDays(20);
        Assert.Equal(weeksLater, signs.LastHeard(successor, weeksLater));
    }
}
