using MultiEni.Api;
using MultiEni.Manager.Links;

namespace MultiEni.Manager.Steps;

/// <summary>The steps about a link's names, addresses, routes and rules.</summary>
internal static class LinkSteps
{
    /// <summary>
    /// The step that gives the link what it is to have; null when it has that, or nobody looked.
    /// </summary>
    public static DeviceStep? Establish(DeviceObservation observation) =>
        Verdict(observation, observation.LinkPlan) switch
        {
            { Operations.Count: > 0 } verdict => Change(observation, verdict),
            { Blocker: { } blocker } => new DeviceStep.Refuse(ConditionTypes.Configured, blocker),
            _ => null,
        };

    /// <summary>
    /// The step that removes everything of ours; null when there is nothing. Also of a link that is
    /// in a pod, or gone: the rules that lead to it stay behind.
    /// </summary>
    public static DeviceStep? Clear(DeviceObservation observation) =>
        // What must not be touched has nothing of ours, or got somebody else's meaning since.
        observation.TouchBlocker
            is null
                or { IsInconclusive: true }
        && Verdict(observation, LinkPlan.Nothing) is { Operations.Count: > 0 } verdict
            ? Change(observation, verdict)
            : null;

    /// <summary>What could not be done and does no harm; empty for nothing.</summary>
    public static string Remark(DeviceObservation observation) => observation.Link is null ? "" : Verdict(observation, observation.LinkPlan).Remark;

    private static LinkVerdict Verdict(DeviceObservation observation, LinkPlan plan) =>
        observation.LinkFacts is { } facts ? LinkDecision.Decide(plan, observation.Link, facts) : LinkVerdict.Done;

    private static DeviceStep.ChangeLink Change(DeviceObservation observation, LinkVerdict verdict) => new(observation.Link, verdict.Operations);
}
