namespace MultiEni.Operator.Client;

/// <summary>
/// Carries requests over pooled connections, and over new ones from the moment that a request asks for them. A pool knows nothing of a connection on which
/// nothing arrives any more until the kernel gives it up, and with HTTP/2 every request goes over that one.
/// </summary>
internal sealed class RenewableConnections(Func<HttpMessageHandler> open) : HttpMessageHandler
{
    /// <summary>Set on a request that shall not go over any connection used so far.</summary>
    public static readonly HttpRequestOptionsKey<bool> Renew = new("MultiEni.Renew");

    private HttpMessageInvoker _current = new(open());

    /// <inheritdoc/>
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Options.TryGetValue(Renew, out var renew) && renew)
        {
            // The former connections are not closed, as watches may still go on over them: each ends with its last request or when it has idled too long.
            Volatile.Write(ref _current, new HttpMessageInvoker(open()));
        }

        return Volatile.Read(ref _current).SendAsync(request, cancellationToken);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _current.Dispose();
        }

        base.Dispose(disposing);
    }
}
