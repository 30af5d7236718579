using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using MultiEni.Operator.Client;

namespace MultiEni.Operator.Tests.Client;

public sealed class KubernetesConfigTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("kubeconfig").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_file_as_aws_eks_writes_it_is_read()
    {
        var (certificate, _) = SelfSigned();
        var data = Convert.ToBase64String(Encoding.UTF8.GetBytes(certificate));
        var path = Write(
            "config",
            $"""
            apiVersion: v1
            clusters:
            - cluster:
                certificate-authority-data: {data}
                server: https://ABC.gr7.eu-west-1.eks.amazonaws.com
              name: arn:aws:eks:eu-west-1:111122223333:cluster/demo
            contexts:
            - context:
                cluster: arn:aws:eks:eu-west-1:111122223333:cluster/demo
                namespace: eni
                user: arn:aws:eks:eu-west-1:111122223333:cluster/demo
              name: demo
            current-context: demo
            kind: Config
            preferences: {"{}"}
            users:
            - name: arn:aws:eks:eu-west-1:111122223333:cluster/demo
              user:
                exec:
                  apiVersion: client.authentication.k8s.io/v1beta1
                  args:
                  - --region
                  - eu-west-1
                  - eks
                  - get-token
                  - --cluster-name
                  - demo
                  command: aws
                  env:
                  - name: AWS_PROFILE
                    value: prod
                  installHint: Install the aws command line
                    by following the manual
            """
        );

        var config = KubernetesConfig.Load(path, _ => null);

        Assert.Equal("https://abc.gr7.eu-west-1.eks.amazonaws.com/", config.Server.AbsoluteUri);
        Assert.Equal("eni", config.Namespace);
        Assert.Equal("CN=test", Assert.Single(config.CertificateAuthorities).Subject);
        var exec = Assert.IsType<ClientCredentials.Exec>(config.Credentials);
        Assert.Equal("aws", exec.Command);
        Assert.Equal(["--region", "eu-west-1", "eks", "get-token", "--cluster-name", "demo"], exec.Arguments);
        Assert.Equal("prod", exec.Environment["AWS_PROFILE"]);
    }

    [Fact]
    public void A_JSON_file_with_a_client_certificate_and_relative_paths_is_read()
    {
        var (certificate, key) = SelfSigned();
        Write("client.crt", certificate);
        Write("client.key", key);
        var path = Write(
            "config.json",
            """
            {"current-context":"c","contexts":[{"name":"c","context":{"cluster":"k","user":"u"}}],
             "clusters":[{"name":"k","cluster":{"server":"https://127.0.0.1:6443/base","insecure-skip-tls-verify":true}}],
             "users":[{"name":"u","user":{"client-certificate":"client.crt","client-key":"client.key"}}]}
            """
        );

        var config = KubernetesConfig.Load(null, name => name == "KUBECONFIG" ? $"{folder}/absent:{path}" : null);

        Assert.Equal("https://127.0.0.1:6443/base/", config.Server.AbsoluteUri);
        Assert.True(config.SkipTlsVerification);
        Assert.True(config.ClientCertificate!.HasPrivateKey);
        Assert.Equal("default", config.Namespace);
    }

    [Theory]
    [InlineData("a: 1\n\tb: 2", "line 2: a tab")]
    [InlineData("a: &x 1", "line 1: '&'")]
    [InlineData("a:\n  b: 1\n c: 2", "line 3: the indentation")]
    [InlineData("a: 1\na: 2", "line 2: the key 'a' is there twice")]
    [InlineData("a: {b: 1}", "line 1: only JSON")]
    [InlineData("a: 'x", "line 1: a quote")]
    [InlineData("a: 1\njust text", "line 2: 'key: value'")]
    public void What_is_not_understood_is_named_with_its_line(string text, string expected)
    {
        var path = Write("bad", text);

        var e = Assert.Throws<KubernetesConfigException>(() => KubernetesConfig.Load(path, _ => null));

        Assert.Contains(path, e.Message, StringComparison.Ordinal);
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a: b # c", """{"a":"b"}""")]
    [InlineData("a: 'it''s # no comment'", """{"a":"it's # no comment"}""")]
    [InlineData("a: \"x\\ny\"", """{"a":"x\ny"}""")]
    [InlineData("a: |\n  x\n  y\nb: 1", """{"a":"x\ny\n","b":"1"}""")]
    [InlineData("- a: 1\n  b:\n  - 2\n- x", """[{"a":"1","b":["2"]},"x"]""")]
    [InlineData("a:\n- [1, 2]\n-\n  b: null", """{"a":[[1,2],{"b":null}]}""")]
    [InlineData("# nothing\n---\na:\nb: ~", """{"a":null,"b":null}""")]
    public void Plain_YAML_means_what_it_means_elsewhere(string text, string json) =>
        Assert.True(
            System.Text.Json.Nodes.JsonNode.DeepEquals(PlainYaml.Parse(text), System.Text.Json.Nodes.JsonNode.Parse(json)),
            PlainYaml.Parse(text)?.ToJsonString()
        );

    [Fact]
    public void Nothing_configured_says_where_was_looked()
    {
        var e = Assert.Throws<KubernetesConfigException>(() => KubernetesConfig.Load("", name => name == "HOME" ? folder : null));
        Assert.Contains("KUBERNETES_SERVICE_HOST", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_file_is_read_again_after_a_minute()
    {
        var time = new FakeTimeProvider();
        var path = Write("token", "one\n");
        await using var api = await TestApi.StartAsync();
        var seen = new List<string>();
        api.On(
            _ => true,
            async context =>
            {
                seen.Add(context.Request.Headers.Authorization.ToString());
                await TestApi.Json(TestNodes.Json("a", "1"))(context);
            }
        );
        var config = new KubernetesConfig
        {
            Server = api.Http.BaseAddress!,
            Source = "test",
            Credentials = new ClientCredentials.TokenFile(path),
        };
        using var http = KubernetesConnection.Open(config, time);
        var client = new KubernetesClient(http, time);

        await GetAsync(client);
        Write("token", "two");
        await GetAsync(client);
        time.Advance(TimeSpan.FromMinutes(1));
        await GetAsync(client);

        Assert.Equal(["Bearer one", "Bearer one", "Bearer two"], seen);
    }

    [Fact]
    public async Task A_credential_program_is_run_once_until_its_token_expires_or_is_refused()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var script = """
            echo "$KUBERNETES_EXEC_INFO" | grep -q '"kind":"ExecCredential"' || exit 3
            echo x >> "$COUNT"; printf '{"status":{"token":"t%s","expirationTimestamp":"2026-01-01T01:00:00Z"}}' "$(wc -l < "$COUNT" | tr -d ' ')"
            """;
        var exec = new ClientCredentials.Exec(
            "client.authentication.k8s.io/v1",
            "/bin/sh",
            ["-c", script],
            new Dictionary<string, string> { ["COUNT"] = Path.Combine(folder, "count") }
        );
        using var tokens = TokenSource.For(
            new KubernetesConfig
            {
                Server = new Uri("http://127.0.0.1"),
                Source = "test",
                Credentials = exec,
            },
            time
        )!;

        Assert.Equal("t1", await tokens.GetAsync(TestContext.Current.CancellationToken));
        Assert.Equal("t1", await tokens.GetAsync(TestContext.Current.CancellationToken));
        tokens.Invalidate();
        Assert.Equal("t2", await tokens.GetAsync(TestContext.Current.CancellationToken));
        time.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal("t3", await tokens.GetAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_credential_program_that_fails_says_why()
    {
        var exec = new ClientCredentials.Exec("v1", "/bin/sh", ["-c", "echo no profile >&2; exit 4"], new Dictionary<string, string>());

        var e = await Assert.ThrowsAsync<KubernetesConfigException>(() =>
            ExecCredential.RunAsync(exec, TimeProvider.System, TestContext.Current.CancellationToken)
        );

        Assert.Equal("/bin/sh ended with 4: no profile", e.Message);
    }

    private static async Task GetAsync(KubernetesClient client) =>
        Assert.NotNull(await client.GetAsync(TestNodes.Kind, ObjectKey.Cluster("a"), TestContext.Current.CancellationToken));

    private static (string Certificate, string Key) SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=test", key, HashAlgorithmName.SHA256);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return (certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllText(path, text);
        return path;
    }
}
