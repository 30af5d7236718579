using MultiEni.Simulator.Ec2.Actions;
using MultiEni.Simulator.Ec2.Iam;
using MultiEni.Simulator.Ec2.State;

namespace MultiEni.Simulator.Ec2.Protocol;

/// <summary>
/// The way of one call: bucket, latency, permission, faults, effect, faults again, answer.
/// </summary>
internal sealed class CallPipeline(Ec2State state, Ec2Faults faults, Ec2Counters counters)
{
    private const string ApiVersion = "2016-11-15";
    private long _sequence;

    /// <summary>Answers one call.</summary>
    /// <param name="accessKeyId">Who calls; empty for an unsigned call.</param>
    public async Task<CallAnswer> RunAsync(QueryParameters query, string accessKeyId, CancellationToken ct)
    {
        var name = query.Text("Action") ?? "";
        var action = ActionTable.Find(name);
        var call = new Ec2Call(Interlocked.Increment(ref _sequence), name, action?.Mutating ?? false, query.Values, state.Now, accessKeyId);
        counters.Began();
        try
        {
            return await RunAsync(call, action, query, accessKeyId, ct);
        }
        finally
        {
            counters.Ended();
        }
    }

    private async Task<CallAnswer> RunAsync(Ec2Call call, Ec2Action? action, QueryParameters query, string accessKeyId, CancellationToken ct)
    {
        var requestId = state.Enter(state.Ids.RequestId);
        CallAnswer answer;
        try
        {
            answer = await AdmitAndExecuteAsync(call, action, query, accessKeyId, requestId, ct);
        }
        catch (Ec2Error error)
        {
            answer = CallAnswer.Of(error, requestId);
        }

        // Only what had a chance to take effect is shown to the hook.
        if (answer is { Lost: false, ErrorCode: not "RequestLimitExceeded" })
        {
            answer = await AfterAsync(call, answer, requestId, ct);
        }

        Record(call, answer);
        return answer;
    }

    private async Task<CallAnswer> AdmitAndExecuteAsync(
        Ec2Call call,
        Ec2Action? action,
        QueryParameters query,
        string accessKeyId,
        string requestId,
        CancellationToken ct
    )
    {
        if (action is null)
        {
            throw new Ec2Error("InvalidAction", $"The action {call.Action} is not valid for this web service.");
        }

        if (query.Text("Version") != ApiVersion)
        {
            throw new Ec2Error("NoSuchVersion", $"This endpoint speaks version {ApiVersion} only.");
        }

        if (!state.Enter(() => state.Throttle.Admit(call.Action, query, action.Mutating, state.Now)))
        {
            throw new Ec2Error("RequestLimitExceeded", "Request limit exceeded.");
        }

        await WaitAsync(state.Options.Latencies.Of(call.Action), ct);
        state.Enter(() => CallAuthorization.Check(state.Policies.GetValueOrDefault(accessKeyId), faults.IsDenied, state, call.Action, query));
        switch (await faults.BeforeAsync(call, ct))
        {
            case Ec2Verdict.Lose lose:
                return CallAnswer.LostRequest(lose.Reset);
            case Ec2Verdict.Fail fail:
                throw new Ec2Error(fail.Code, fail.Message, fail.Status);
            case Ec2Verdict.Delay delay:
                await WaitAsync(delay.For, ct);
                break;
        }

        if (query.Boolean("DryRun") == true)
        {
            throw new Ec2Error("DryRunOperation", "Request would have succeeded, but DryRun flag is set.");
        }

        return new CallAnswer(
            200,
            state.Enter(() =>
            {
                var xml = XmlAnswer.Start(call.Action, requestId);
                action.Execute(state, query, xml);
                return xml.Finish(call.Action).ToBytes();
            }),
            null
        );
    }

    private async Task<CallAnswer> AfterAsync(Ec2Call call, CallAnswer answer, string requestId, CancellationToken ct)
    {
        switch (await faults.AfterAsync(call, answer.ErrorCode, ct))
        {
            case Ec2Verdict.Lose lose:
                return answer with { Lost = true, Reset = lose.Reset };
            case Ec2Verdict.Fail fail:
                return CallAnswer.Of(new Ec2Error(fail.Code, fail.Message, fail.Status), requestId);
            case Ec2Verdict.Delay delay:
                await WaitAsync(delay.For, ct);
                return answer;
            default:
                return answer;
        }
    }

    private Task WaitAsync(TimeSpan delay, CancellationToken ct) =>
        delay > TimeSpan.Zero ? Task.Delay(delay, state.Options.TimeProvider, ct) : Task.CompletedTask;

    private void Record(Ec2Call call, CallAnswer answer) =>
        counters.Add(
            new Ec2CallRecord(
                call.Sequence,
                call.Action,
                call.Mutating,
                call.ReceivedAt,
                state.Now,
                answer.ErrorCode,
                !answer.Lost,
                call.Parameters.GetValueOrDefault("NetworkInterfaceId")
                    ?? call.Parameters.GetValueOrDefault("AttachmentId")
                    ?? call.Parameters.GetValueOrDefault("InstanceId")
            )
        );
}
