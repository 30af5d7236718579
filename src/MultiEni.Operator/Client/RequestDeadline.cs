namespace MultiEni.Operator.Client;

/// <summary>Bounds a request in time and tells our own deadline apart from the caller's cancellation.</summary>
internal sealed class RequestDeadline : IDisposable
{
    private readonly string _request;
    private readonly TimeSpan _limit;
    private readonly CancellationToken _caller;
    private readonly CancellationTokenSource _timer;
    private readonly CancellationTokenSource _linked;

    /// <summary>Starts the clock for <paramref name="request"/>, which is named in the exception.</summary>
    public RequestDeadline(string request, TimeSpan limit, TimeProvider time, CancellationToken caller)
    {
        _request = request;
        _limit = limit;
        _caller = caller;
        _timer = new CancellationTokenSource(limit, time);
        _linked = CancellationTokenSource.CreateLinkedTokenSource(_timer.Token, caller);
    }

    /// <summary>Runs a part of the request under the deadline.</summary>
    /// <exception cref="TimeoutException">The deadline has passed and the caller has not cancelled.</exception>
    public async ValueTask<TResult> RunAsync<TResult>(Func<CancellationToken, ValueTask<TResult>> part)
    {
        try
        {
            return await part(_linked.Token);
        }
        catch (OperationCanceledException e) when (!_caller.IsCancellationRequested && _timer.IsCancellationRequested)
        {
            throw new TimeoutException($"{_request}: no answer within {_limit.TotalSeconds:0.###} s", e);
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _linked.Dispose();
        _timer.Dispose();
    }
}
