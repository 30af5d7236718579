using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using MultiEni.Api.Kubernetes;
using MultiEni.Operator.Client;

namespace MultiEni.Operator.Tests.Client;

public sealed class TlsTests : IAsyncLifetime
{
    private readonly X509Certificate2 _authority = Issue("CN=authority", null);
    private WebApplication _server = null!;
    private string _protocol = "";
    private string? _caller;

    public async ValueTask InitializeAsync()
    {
        using var leaf = Issue("CN=api", _authority);
        // The TLS stack wants a key that it can reopen.
        var usable = X509CertificateLoader.LoadPkcs12(leaf.Export(X509ContentType.Pkcs12), null);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.Listen(
                IPAddress.Loopback,
                0,
                listen =>
                    listen.UseHttps(
                        usable,
                        https =>
                        {
                            https.ClientCertificateMode = Microsoft.AspNetCore.Server.Kestrel.Https.ClientCertificateMode.AllowCertificate;
                            https.AllowAnyClientCertificate();
                        }
                    )
            )
        );
        _server = builder.Build();
        _server.Run(context =>
        {
            _protocol = context.Request.Protocol;
            _caller = context.Connection.ClientCertificate?.Subject;
            return context.Response.WriteAsync(TestNodes.Json("a", "1"), context.RequestAborted);
        });
        await _server.StartAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _authority.Dispose();
    }

    [Fact]
    public async Task A_server_of_the_configured_authority_is_trusted_over_HTTP_2()
    {
        await GetAsync(Config() with { CertificateAuthorities = [_authority] });

        Assert.Equal("HTTP/2", _protocol);
        Assert.Null(_caller);
    }

    [Fact]
    public async Task A_client_certificate_is_shown()
    {
        using var certificate = Issue("CN=someone", _authority);

        await GetAsync(Config() with { CertificateAuthorities = [_authority], ClientCertificate = certificate });

        Assert.Equal("CN=someone", _caller);
    }

    [Fact]
    public async Task Another_authority_is_refused()
    {
        using var other = Issue("CN=other", null);

        var e = await Assert.ThrowsAsync<HttpRequestException>(() => GetAsync(Config() with { CertificateAuthorities = [other] }));

        Assert.IsType<AuthenticationException>(e.InnerException);
    }

    [Fact]
    public async Task The_expected_server_name_must_be_in_the_certificate()
    {
        var config = Config() with { CertificateAuthorities = [_authority] };

        await GetAsync(config with { TlsServerName = "api.internal" });
        await Assert.ThrowsAsync<HttpRequestException>(() => GetAsync(config with { TlsServerName = "elsewhere" }));
    }

    [Fact]
    public async Task Verification_is_skipped_only_when_told()
    {
        await Assert.ThrowsAsync<HttpRequestException>(() => GetAsync(Config()));
        await GetAsync(Config() with { SkipTlsVerification = true });
    }

    private KubernetesConfig Config() => new() { Server = new Uri(_server.Urls.First() + "/"), Source = "test" };

    private static async Task GetAsync(KubernetesConfig config)
    {
        using var http = KubernetesConnection.Open(config, "test", TimeProvider.System);
        var client = new KubernetesClient(http, TimeProvider.System);
        Assert.NotNull(await client.GetAsync(TestNodes.Kind, ObjectKey.Cluster("a"), TestContext.Current.CancellationToken));
    }

    private static X509Certificate2 Issue(string subject, X509Certificate2? issuer)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        var now = TimeProvider.System.GetUtcNow();
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(issuer is null, false, 0, true));
        if (issuer is null)
        {
            return request.CreateSelfSigned(now.AddDays(-2), now.AddDays(2));
        }

        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        names.AddDnsName("api.internal");
        request.CertificateExtensions.Add(names.Build());
        using var issued = request.Create(issuer, now.AddDays(-1), now.AddDays(1), RandomNumberGenerator.GetBytes(8));
        return issued.CopyWithPrivateKey(key);
    }
}
