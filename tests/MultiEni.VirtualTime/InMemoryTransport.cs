using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.TestHost;

namespace MultiEni.VirtualTime;

/// <summary>
/// Carries requests to a server of this process through memory, and fails as a socket does when the
/// server breaks the connection.
/// </summary>
public sealed class InMemoryTransport : DelegatingHandler
{
    /// <summary>The way to a server that was started without sockets.</summary>
    public InMemoryTransport(IServer server)
    {
        ArgumentNullException.ThrowIfNull(server);
        InnerHandler = ((TestServer)server).CreateHandler();
    }

    /// <inheritdoc />
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        // The AWS SDK makes addresses that give their path to sockets only.
        request.RequestUri = new Uri(request.RequestUri!.ToString());
        try
        {
            return await base.SendAsync(request, cancellationToken);
        }
        catch (Exception broken) when (broken is IOException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            throw new HttpRequestException(HttpRequestError.ResponseEnded, "the server broke the connection", broken);
        }
    }
}
