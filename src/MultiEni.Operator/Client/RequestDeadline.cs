namespace MultiEni.Operator.Client;

/// <summary>Bounds a request in time and tells our own deadline apart from the caller's cancellation.</summary>
internal sealed class RequestDeadline : IDisposable
{
    private readonly string request;
    private readonly TimeSpan limit;
    private readonly CancellationToken caller;
    private readonly CancellationTokenSource timer;
    private readonly CancellationTokenSource linked;

    /// <summary>Starts the clock for <paramref name="request"/>, which is named in the exception.</summary>
    public RequestDeadline(string request, TimeSpan limit, TimeProvider time, CancellationToken caller)
    {
        this.request = request;
        this.limit = limit;
        this.caller = caller;
        timer = new CancellationTokenSource(limit, time);
        linked = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, caller);
    }

    /// <summary>Runs a part of the request under the deadline.</summary>
    /// <exception cref="TimeoutException">The deadline has passed and the caller has not cancelled.</exception>
    public async ValueTask<TResult> RunAsync<TResult>(Func<CancellationToken, ValueTask<TResult>> part)
    {
        try
        {
            return await part(linked.Token);
        }
        catch (OperationCanceledException e) when (!caller.IsCancellationRequested && timer.IsCancellationRequested)
        {
            throw new TimeoutException($"{request}: no answer within {limit.TotalSeconds:0.###} s", e);
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        linked.Dispose();
        timer.Dispose();
    }
}
