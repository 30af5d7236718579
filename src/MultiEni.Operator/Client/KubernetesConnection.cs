using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace MultiEni.Operator.Client;

/// <summary>Makes the <see cref="HttpClient"/> for a <see cref="KubernetesConfig"/>.</summary>
public static class KubernetesConnection
{
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ProbeDelay = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromSeconds(15);
    private const int Probes = 3;

    // TCP_USER_TIMEOUT of include/uapi/linux/tcp.h: how long sent data may stay unacknowledged.
    private const int TcpProtocol = 6;
    private const int UserTimeout = 18;
    private static readonly TimeSpan UnacknowledgedLimit = TimeSpan.FromSeconds(60);

    // So that connections spread over API servers that came later; a watch keeps its own until it
    // ends.
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(10);

    /// <summary>
    /// A client whose relative addresses are paths of the API server and which signs in by itself.
    /// </summary>
    /// <param name="config">The way to the API server.</param>
    /// <param name="program">
    /// Name of this program, by which audit logs and metrics of the API server tell who asked; its
    /// version is added.
    /// </param>
    /// <param name="time">Clock.</param>
    public static HttpClient Open(KubernetesConfig config, string program, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(config);
        var http = new HttpClient(
            new AuthenticationHandler(config, time) { InnerHandler = config.Transport ?? new RenewableConnections(() => Sockets(config)) }
        )
        {
            BaseAddress = config.Server,
            Timeout = Timeout.InfiniteTimeSpan,
            DefaultRequestVersion = config.Server.Scheme == Uri.UriSchemeHttps ? HttpVersion.Version20 : HttpVersion.Version11,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue(program, ProductVersion.Current));
        return http;
    }

    private static SocketsHttpHandler Sockets(KubernetesConfig config) =>
        new()
        {
            UseCookies = false,
            AllowAutoRedirect = false,
            ConnectTimeout = ConnectLimit,
            PooledConnectionLifetime = ConnectionLifetime,
            EnableMultipleHttp2Connections = true,
            // The pool is looked through four times in this, whether or not there is anything to
            // find.
            PooledConnectionIdleTimeout = ConnectionLifetime,
            AutomaticDecompression = DecompressionMethods.GZip,
            ConnectCallback = ConnectAsync,
            // Null is the proxy of the process, which the environment names.
            Proxy = config.Proxy,
            // Names of users may have any letter; the default refuses all but ASCII.
            RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8,
            SslOptions = Tls(config),
        };

    private static SslClientAuthenticationOptions Tls(KubernetesConfig config)
    {
        var options = new SslClientAuthenticationOptions();
        if (config.SkipTlsVerification)
        {
            options.RemoteCertificateValidationCallback = (_, _, _, errors) => errors == SslPolicyErrors.None || config.SkipTlsVerification;
        }
        else if (config.CertificateAuthorities.Count > 0)
        {
            options.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            options.CertificateChainPolicy.CustomTrustStore.AddRange(config.CertificateAuthorities);
        }

        if (config.ClientCertificate is { } certificate)
        {
            options.ClientCertificates = [certificate];
        }

        return options;
    }

    // A peer that is gone without a word must be noticed. The kernel sees to it, whatever the
    // version of HTTP: pings of HTTP/2 would wake an idle program every few seconds.
    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, (int)ProbeDelay.TotalSeconds);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, (int)ProbeInterval.TotalSeconds);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, Probes);
            if (OperatingSystem.IsLinux())
            {
                socket.SetRawSocketOption(TcpProtocol, UserTimeout, BitConverter.GetBytes((int)UnacknowledgedLimit.TotalMilliseconds));
            }

            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>
/// Carries requests over pooled connections, and over new ones from the moment that a request asks
/// for them. A pool knows nothing of a connection on which nothing arrives any more until the
/// kernel gives it up, and with HTTP/2 every request goes over that one.
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
            // The former connections are not closed, as watches may still go on over them: each
            // ends with its last request or when it has idled too long.
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
