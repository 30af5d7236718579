using MultiEni.Simulator.Ec2.State;

namespace MultiEni.Simulator.Ec2;

/// <summary>
/// Everything that can go wrong on purpose. Faults strike calls that were admitted by the buckets,
/// in the order they were ordered.
/// </summary>
public sealed class Ec2Faults
{
    /// <summary>Stands for every action.</summary>
    public const string AnyAction = "*";

    private readonly Lock _gate = new();
    private readonly List<Planned> _planned = [];
    private readonly HashSet<string> _denied = new(StringComparer.Ordinal);
    private readonly Ec2State _state;

    internal Ec2Faults(Ec2State state) => _state = state;

    /// <summary>Asked before each admitted call; may wait, fail or lose it.</summary>
    public Func<Ec2Call, CancellationToken, ValueTask<Ec2Verdict>>? BeforeCall { get; set; }

    /// <summary>
    /// Asked after each call has had its effect or its error, with the error code or null; the
    /// answer has not left yet. This is where a crash test kills its program.
    /// </summary>
    public Func<Ec2Call, string?, CancellationToken, ValueTask<Ec2Verdict>>? AfterCall { get; set; }

    /// <summary>
    /// How far behind DescribeNetworkInterfaces is: changes younger than this do not show. It sees
    /// changes made after it has been set (docs/reference/ec2.md#consistency).
    /// </summary>
    public TimeSpan StaleReads
    {
        get => _state.Enter(() => _state.NetworkInterfaces.Staleness);
        set => _state.Enter(() => _state.NetworkInterfaces.Staleness = value);
    }

    /// <summary>The next calls of an action are answered with an error.</summary>
    /// <param name="status">
    /// HTTP status; null for the one that goes with the code (docs/reference/ec2.md#errors).
    /// </param>
    /// <param name="message">EC2's words; null for some of our own.</param>
    public void FailNext(
        string action,
        int count,
        string code,
        FaultMoment moment = FaultMoment.BeforeEffect,
        int? status = null,
        string? message = null
    ) => Plan(action, count, moment, message is null ? new Ec2Verdict.Fail(code, Status: status) : new Ec2Verdict.Fail(code, message, status));

    /// <summary>
    /// The next calls of an action have their effect, and the connection breaks before the answer.
    /// </summary>
    public void LoseNextAnswers(string action, int count) => Plan(action, count, FaultMoment.AfterEffect, Ec2Verdict.LoseConnection);

    /// <summary>The next calls of an action never happen: the connection breaks first.</summary>
    public void LoseNextRequests(string action, int count) => Plan(action, count, FaultMoment.BeforeEffect, Ec2Verdict.LoseConnection);

    /// <summary>
    /// The next calls of an action have their effect at once and their answer late.
    /// </summary>
    public void SlowNextAnswers(string action, int count, TimeSpan delay) =>
        Plan(action, count, FaultMoment.AfterEffect, new Ec2Verdict.Delay(delay));

    /// <summary>
    /// Takes a permission away: calls that need it are answered with <c>UnauthorizedOperation</c>,
    /// dry runs too. Creating with tags needs <c>CreateTags</c>.
    /// </summary>
    public void Deny(string action)
    {
        lock (_gate)
        {
            _denied.Add(action);
        }
    }

    /// <summary>Gives a permission back.</summary>
    public void Allow(string action)
    {
        lock (_gate)
        {
            _denied.Remove(action);
        }
    }

    /// <summary>Forgets all planned faults, denials and hooks, and reads fresh again.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _planned.Clear();
            _denied.Clear();
        }

        (BeforeCall, AfterCall, StaleReads) = (null, null, TimeSpan.Zero);
    }

    internal bool IsDenied(string action)
    {
        lock (_gate)
        {
            return _denied.Contains(action) || _denied.Contains(AnyAction);
        }
    }

    internal async ValueTask<Ec2Verdict> BeforeAsync(Ec2Call call, CancellationToken ct)
    {
        var planned = Take(call.Action, FaultMoment.BeforeEffect);
        return planned is null && BeforeCall is { } hook ? await hook(call, ct) : planned ?? Ec2Verdict.Go;
    }

    internal async ValueTask<Ec2Verdict> AfterAsync(Ec2Call call, string? errorCode, CancellationToken ct)
    {
        var planned = Take(call.Action, FaultMoment.AfterEffect);
        return planned is null && AfterCall is { } hook ? await hook(call, errorCode, ct) : planned ?? Ec2Verdict.Go;
    }

    private void Plan(string action, int count, FaultMoment moment, Ec2Verdict verdict)
    {
        lock (_gate)
        {
            _planned.Add(new Planned(action, moment, verdict) { Left = count });
        }
    }

    private Ec2Verdict? Take(string action, FaultMoment moment)
    {
        lock (_gate)
        {
            var index = _planned.FindIndex(fault => fault.Moment == moment && (fault.Action == action || fault.Action == AnyAction));
            if (index < 0)
            {
                return null;
            }

            var fault = _planned[index];
            if (--fault.Left == 0)
            {
                _planned.RemoveAt(index);
            }

            return fault.Verdict;
        }
    }

    private sealed record Planned(string Action, FaultMoment Moment, Ec2Verdict Verdict)
    {
        public int Left { get; set; }
    }
}
