using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace MultiEni.Operator.Client;

/// <summary>
/// Adds the credentials to each request, and asks for fresh ones after the server has refused them.
/// </summary>
internal sealed class AuthenticationHandler(KubernetesConfig config, TimeProvider time) : DelegatingHandler
{
    /// <summary>
    /// A last check of a request, made when nothing is left to be waited for: getting a token can
    /// take seconds.
    /// </summary>
    public static readonly HttpRequestOptionsKey<Action> BeforeSend = new("MultiEni.BeforeSend");

    private readonly TokenSource? _tokens = TokenSource.For(config, time);

    /// <inheritdoc />
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        // The handler below checks the certificate against the Host header and overwrites whatever
        // its TLS options say.
        request.Headers.Host = config.TlsServerName;
        if (config.Credentials is ClientCredentials.Basic(var user, var password))
        {
            var pair = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"));
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", pair);
        }
        else if (_tokens is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await _tokens.GetAsync(cancellationToken));
        }

        foreach (var (name, value) in config.ActAs?.Headers ?? [])
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        if (request.Options.TryGetValue(BeforeSend, out var check))
        {
            check();
        }

        var response = await base.SendAsync(request, cancellationToken);
        if (response.StatusCode == HttpStatusCode.Unauthorized)
        {
            _tokens?.Invalidate();
        }

        return response;
    }
}
