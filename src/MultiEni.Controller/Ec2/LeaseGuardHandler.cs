using Amazon.Runtime;

namespace MultiEni.Controller.Ec2;

/// <summary>
/// Gives the SDK an HTTP client that makes a check immediately before a request leaves. Between the
/// call of an SDK method and that moment credentials may be fetched, which can take seconds.
/// </summary>
internal sealed class LeaseGuardHandler : HttpClientFactory, IDisposable
{
    private readonly HttpClient _http;

    /// <summary>A client of its own, shared by all requests.</summary>
    /// <param name="check">What it throws stops the request.</param>
    /// <param name="timeout">For one request.</param>
    /// <param name="transport">
    /// What carries the requests in place of sockets, which stays the caller's; null for sockets.
    /// </param>
    public LeaseGuardHandler(Action check, TimeSpan timeout, HttpMessageHandler? transport)
    {
        var carrier = transport ?? new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false };
        _http = new HttpClient(new Handler(check) { InnerHandler = carrier }, disposeHandler: transport is null) { Timeout = timeout };
    }

    /// <inheritdoc/>
    public override HttpClient CreateHttpClient(IClientConfig clientConfig) => _http;

    /// <inheritdoc/>
    public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;

    /// <inheritdoc/>
    public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => false;

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private sealed class Handler(Action check) : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            check();
            return base.SendAsync(request, cancellationToken);
        }
    }
}
