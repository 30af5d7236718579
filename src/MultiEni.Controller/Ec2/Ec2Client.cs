using Amazon.EC2;
using MultiEni.Controller.Ec2.Budget;
using MultiEni.Controller.Ec2.Failures;
using MultiEni.Controller.Leading;
using MultiEni.Operator.LeaderElection;

namespace MultiEni.Controller.Ec2;

/// <summary>
/// The controller's view of EC2. Types of the AWS SDK stop here; every failure is an
/// <see cref="Ec2CallException" />.
/// </summary>
internal sealed partial class Ec2Client : IDisposable
{
    private readonly Ec2Budget _budget;
    private readonly Ec2Metrics _metrics;
    private readonly TimeProvider _time;
    private readonly Action _beforeMutation;
    private readonly LeaseGuardHandler _lastCheck;
    private readonly AmazonEC2Client _mutating;
    private readonly AmazonEC2Client _describing;

    /// <summary>
    /// Prepares both SDK clients; nothing is sent and no credential is looked for.
    /// </summary>
    /// <param name="options">Region, endpoint, timeout.</param>
    /// <param name="budget">Every request waits for it.</param>
    /// <param name="metrics">Every request is counted in it.</param>
    /// <param name="time">Measures durations.</param>
    /// <param name="beforeMutation">
    /// Called before a mutating request is prepared and again immediately before it is sent; what
    /// it throws (the lease is lost) stops the request and reaches the caller.
    /// </param>
    public Ec2Client(Ec2ClientOptions options, Ec2Budget budget, Ec2Metrics metrics, TimeProvider time, Action beforeMutation)
    {
        _budget = budget;
        _metrics = metrics;
        _time = time;
        _beforeMutation = beforeMutation;
        _lastCheck = new(beforeMutation, options.Timeout, options.Transport);
        _mutating = SdkClients.Create(options, retries: 0, _lastCheck);
        _describing = SdkClients.Create(options, options.DescribeRetries);
    }

    /// <summary>The effect of every call that succeeded, before its task completes.</summary>
    public Signal<LocalEffect> Effects { get; } = new();

    /// <summary>Every answer: the API name, and the failure or null.</summary>
    public Signal<(string Action, Ec2Failure? Failure)> Answers { get; } = new();

    /// <inheritdoc/>
    public void Dispose()
    {
        _mutating.Dispose();
        _lastCheck.Dispose();
        _describing.Dispose();
    }

    private async Task<TResponse> MutateAsync<TResponse>(
        string action,
        CallPriority priority,
        Func<AmazonEC2Client, CancellationToken, Task<TResponse>> send,
        CancellationToken cancellationToken
    )
    {
        await _budget.AcquireAsync(action, priority, cancellationToken);
        _beforeMutation();
        return await SendAsync(action, _mutating, send, cancellationToken);
    }

    private async Task<TResponse> DescribeAsync<TResponse>(
        string action,
        CallPriority priority,
        Func<AmazonEC2Client, CancellationToken, Task<TResponse>> send,
        CancellationToken cancellationToken
    )
    {
        await _budget.AcquireAsync(action, priority, cancellationToken);
        return await SendAsync(action, _describing, send, cancellationToken);
    }

    private async Task<TResponse> SendAsync<TResponse>(
        string action,
        AmazonEC2Client client,
        Func<AmazonEC2Client, CancellationToken, Task<TResponse>> send,
        CancellationToken cancellationToken
    )
    {
        var started = _time.GetTimestamp();
        try
        {
            var response = await send(client, cancellationToken);
            _metrics.Succeeded(action, _time.GetElapsedTime(started));
            _budget.ReportAccepted(action);
            Answers.Raise((action, null));
            return response;
        }
        catch (Exception exception)
            when (exception is not LeadershipLostException
                && (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            )
        {
            var failure = SdkFailures.Classify(action, exception);
            _metrics.Failed(action, failure.Code, failure.Reaction.Category, _time.GetElapsedTime(started));
            if (failure.Reaction.Kind == ReactionKind.Throttled)
            {
                _metrics.Throttled(action);
                _budget.ReportThrottle(action);
            }

            Answers.Raise((action, failure));
            throw new Ec2CallException(failure, exception);
        }
    }
}
