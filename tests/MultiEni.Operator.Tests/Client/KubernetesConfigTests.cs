using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Primitives;
using Microsoft.Extensions.Time.Testing;
using MultiEni.Api.Kubernetes;
using MultiEni.Operator.Client;

namespace MultiEni.Operator.Tests.Client;

public sealed class KubernetesConfigTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kubeconfig").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

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

        var config = KubernetesConfig.Load(null, name => name == "KUBECONFIG" ? $"{_folder}/absent:{path}" : null);

        Assert.Equal("https://127.0.0.1:6443/base/", config.Server.AbsoluteUri);
        Assert.True(config.SkipTlsVerification);
        Assert.True(config.ClientCertificate!.HasPrivateKey);
        Assert.Equal("default", config.Namespace);
    }

    [Theory]
    [InlineData("a: 1\n\tb: 2", "found a tab")]
    [InlineData("a:\n  b: 1\n c: 2", "line 3: ")]
    [InlineData("a: 1\na: 2", "line 2: ")]
    [InlineData("a: {b: 1", "line 2: ")]
    [InlineData("a: 'x", "line 1: ")]
    [InlineData("a: 1\n---\nb: 1", "line 3: there is more than one document")]
    [InlineData("[1, 2]", "it is not a mapping")]
    [InlineData("? {a: b}\n: 1", "line 1: a key must be text")]
    public void What_is_not_understood_is_named_with_its_line(string text, string expected)
    {
        var path = Write("bad", text);

        var e = Assert.Throws<KubernetesConfigException>(() => KubernetesConfig.Load(path, _ => null));

        Assert.Contains(path, e.Message, StringComparison.Ordinal);
        Assert.True(e.Message.Contains(expected, StringComparison.Ordinal), e.Message);
    }

    [Fact]
    public void Anchors_that_grow_without_end_are_refused()
    {
        var lines = Enumerable.Range(1, 20).Select(i => $"a{i}: &a{i} [{string.Join(',', Enumerable.Repeat($"*a{i - 1}", 10))}]");

        var e = Assert.Throws<FormatException>(() => KubeconfigYaml.Parse($"a0: &a0 x\n{string.Join('\n', lines)}"));

        Assert.Contains("more than 100000 nodes", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a: b # c", """{"a":"b"}""")]
    [InlineData("a: 'it''s # no comment'", """{"a":"it's # no comment"}""")]
    [InlineData("a: \"x\\ny\"", """{"a":"x\ny"}""")]
    [InlineData("a: |\n  x\n  y\nb: 1", """{"a":"x\ny\n","b":"1"}""")]
    [InlineData("a: {b: 1, c: [x, {d: true}]}", """{"a":{"b":"1","c":["x",{"d":"true"}]}}""")]
    [InlineData("a:\n- [1, 2]\n-\n  b: null", """{"a":[["1","2"],{"b":null}]}""")]
    [InlineData("# nothing\n---\na:\nb: ~\nc: 'null'", """{"a":null,"b":null,"c":"null"}""")]
    [InlineData("{\n\t\"a\": [\n\t\t\"b\"\n\t]\n}", """{"a":["b"]}""")]
    public void A_kubeconfig_is_YAML_whose_scalars_are_text(string text, string json) =>
        Assert.True(JsonNode.DeepEquals(KubeconfigYaml.Parse(text), JsonNode.Parse(json)), KubeconfigYaml.Parse(text)?.ToJsonString());

    // File, server, namespace, kind of credentials, what else must be so.
    [Theory]
    [InlineData(
        "eks",
        "https://abc.gr7.eu-west-1.eks.amazonaws.com/",
        "default",
        "Exec aws --region eu-west-1 eks get-token --cluster-name demo --output json"
    )]
    [InlineData("eksctl", "https://abc.gr7.eu-west-1.eks.amazonaws.com/", "default", "Exec aws-iam-authenticator token -i demo")]
    [InlineData("kind", "https://127.0.0.1:39485/", "default", "Certificate")]
    [InlineData("k3s", "https://127.0.0.1:6443/", "default", "Certificate")]
    [InlineData(
        "rancher",
        "https://rancher.example.com/k8s/clusters/c-m-7hl5xq2k/",
        "default",
        "Token kubeconfig-user-abcdefghij:hs7lqkxxfwzlm2vbkz8n9zrc6wv2x8z6z7p5m4n3b2v1c"
    )]
    [InlineData("openshift", "https://api.crc.testing:6443/", "eni-controller-system", "Token sha256~0123456789abcdefghijABCDEFGHIJ")]
    [InlineData("flow", "https://10.0.0.1:6443/", "eni", "Token abc")]
    public void What_the_common_tools_write_is_read(string tool, string server, string home, string credentials)
    {
        var config = KubernetesConfig.Load(Write("config", Fixture(tool)), _ => null);

        Assert.Equal((server, home), (config.Server.AbsoluteUri, config.Namespace));
        Assert.Equal(
            credentials,
            config.Credentials switch
            {
                ClientCredentials.Exec exec => $"Exec {exec.Command} {string.Join(' ', exec.Arguments)}",
                ClientCredentials.Token token => $"Token {token.Value}",
                _ => config.ClientCertificate is { HasPrivateKey: true } ? "Certificate" : "none",
            }
        );
        Assert.Equal(tool == "openshift", config.SkipTlsVerification);
        Assert.Equal(tool == "openshift" ? [] : ["CN=test"], config.CertificateAuthorities.Select(authority => authority.Subject));
        Assert.Equal(tool == "flow" ? "kubernetes.default" : null, config.TlsServerName);
    }

    private const string Minimal = """
        clusters: [{name: k, cluster: {server: "http://127.0.0.1:1"CLUSTER}}]
        users: [{name: u, user: {USER}}]
        contexts: [{name: c, context: {cluster: k, user: u}}]
        current-context: c
        """;

    [Theory]
    [InlineData(", proxy-url: proxy.example.com:3128", "", "proxy-url 'proxy.example.com:3128' must be a URL with http, https or socks5")]
    [InlineData(", proxy-url: ftp://proxy.example.com", "", "proxy-url 'ftp://proxy.example.com' must be")]
    [InlineData(", proxy-url: ftp://user:pass@proxy.example.com", "", "proxy-url 'ftp://xxxxx@proxy.example.com' must be")]
    [InlineData(", proxy-url: 'user:pass@proxy.example.com'", "", "proxy-url 'xxxxx@proxy.example.com' must be")]
    [InlineData(", insecure-skip-tls-verify: maybe", "", "insecure-skip-tls-verify is 'maybe'; it must be true or false")]
    [InlineData("", "as-groups: [a]", "user 'u': as-uid, as-groups and as-user-extra need 'as'")]
    [InlineData("", "as-uid: a", "need 'as'")]
    [InlineData("", "as-user-extra: {a: [b]}", "need 'as'")]
    [InlineData("", "auth-provider: {name: gcp}", "auth-provider is not supported")]
    [InlineData("}}, {name: k, cluster: {server: x", "", "there is more than one cluster named 'k'")]
    public void What_cannot_be_honoured_is_refused(string cluster, string user, string expected)
    {
        var path = Write("config", Minimal.Replace("CLUSTER", cluster, StringComparison.Ordinal).Replace("USER", user, StringComparison.Ordinal));

        var e = Assert.Throws<KubernetesConfigException>(() => KubernetesConfig.Load(path, _ => null));

        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
        Assert.StartsWith(path, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_several_files_the_first_that_has_a_name_counts_and_paths_are_relative_to_their_file()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "one"));
        Write("one/token", "of one");
        var one = Write(
            "one/config",
            """
            contexts: [{name: c, context: {cluster: k, user: u}}]
            users: [{name: u, user: {tokenFile: token}}]
            """
        );
        var two = Write(
            "two",
            """
            current-context: c
            clusters: [{name: k, cluster: {server: "https://two"}}]
            users: [{name: u, user: {token: never, username: never}}]
            contexts: [{name: c, context: {cluster: other, user: u, namespace: never}}]
            """
        );
        var three = Write("three", "current-context: never\nclusters: [{name: k, cluster: {server: 'https://three', tls-server-name: never}}]");

        var config = KubernetesConfig.Load(null, name => name == "KUBECONFIG" ? $"{one}:{Write("empty", "")}:{two}:{three}" : null);

        Assert.Equal(("https://two/", "default", null), (config.Server.AbsoluteUri, config.Namespace, config.TlsServerName));
        Assert.Equal(Path.Combine(_folder, "one", "token"), Assert.IsType<ClientCredentials.TokenFile>(config.Credentials).Path);
    }

    [Fact]
    public async Task Impersonation_proxy_and_name_of_the_program_reach_the_server()
    {
        await using var proxy = await TestApi.StartAsync();
        var (address, headers) = ("", new Dictionary<string, StringValues>());
        proxy.On(
            _ => true,
            context =>
            {
                (address, headers) = (
                    $"{context.Request.Host}{context.Request.Path}",
                    new(context.Request.Headers, StringComparer.OrdinalIgnoreCase)
                );
                return TestApi.Json(TestNodes.Json("a", "1"))(context);
            }
        );
        const string User = "as: jürgen@example.com, as-uid: '7', as-groups: [one, two], as-user-extra: {example.com/scopes: [x, y]}";
        var config = KubernetesConfig.Load(
            Write(
                "config",
                Minimal
                    .Replace("CLUSTER", $", proxy-url: \"{proxy.Http.BaseAddress}\"", StringComparison.Ordinal)
                    .Replace("http://127.0.0.1:1", "http://127.0.0.1:1/base", StringComparison.Ordinal)
                    .Replace("USER", User, StringComparison.Ordinal)
            ),
            _ => null
        );
        using var http = KubernetesConnection.Open(config, "some-program", TimeProvider.System);

        await GetAsync(new KubernetesClient(http, TimeProvider.System));

        Assert.StartsWith("127.0.0.1:1/base/", address, StringComparison.Ordinal);
        Assert.Matches(@"^some-program/\d+\.\d+\.\d+", headers["User-Agent"].ToString());
        Assert.Equal("jürgen@example.com", headers["Impersonate-User"]);
        Assert.Equal("7", headers["Impersonate-Uid"]);
        Assert.Equal(["one", "two"], headers["Impersonate-Group"].SelectMany(values => values!.Split(", ")));
        Assert.Equal(["x", "y"], headers["Impersonate-Extra-example.com%2Fscopes"].SelectMany(values => values!.Split(", ")));
    }

    [Fact]
    public async Task A_credential_program_is_told_of_the_cluster_when_it_asks()
    {
        var (certificate, _) = SelfSigned();
        Write("ca.crt", certificate);
        const string Script = "printf '{\"status\":{\"token\":\"%s\"}}' \"$(echo \"$KUBERNETES_EXEC_INFO\" | base64 -w0)\"";
        var path = Write(
            "config",
            Minimal
                .Replace(
                    "CLUSTER",
                    ", certificate-authority: ca.crt, extensions: [{name: client.authentication.k8s.io/exec, extension: {audience: a}}]",
                    StringComparison.Ordinal
                )
                .Replace(
                    "USER",
                    $"exec: {{command: /bin/sh, provideClusterInfo: true, args: ['-c', '{Script.Replace("'", "''", StringComparison.Ordinal)}']}}",
                    StringComparison.Ordinal
                )
        );

        var exec = Assert.IsType<ClientCredentials.Exec>(KubernetesConfig.Load(path, _ => null).Credentials);
        var token = await ExecCredential.RunAsync(exec, TimeProvider.System, TestContext.Current.CancellationToken);

        var cluster = JsonNode.Parse(Convert.FromBase64String(token.Value))!["spec"]!["cluster"]!;
        Assert.Equal("http://127.0.0.1:1", cluster["server"]!.GetValue<string>());
        Assert.Equal(certificate, Encoding.UTF8.GetString(Convert.FromBase64String(cluster["certificate-authority-data"]!.GetValue<string>())));
        Assert.Equal("a", cluster["config"]!["audience"]!.GetValue<string>());
    }

    [Fact]
    public void Nothing_configured_says_where_was_looked()
    {
        var e = Assert.Throws<KubernetesConfigException>(() => KubernetesConfig.Load("", name => name == "HOME" ? _folder : null));
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
        using var http = KubernetesConnection.Open(config, "test", time);
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
            new Dictionary<string, string> { ["COUNT"] = Path.Combine(_folder, "count") }
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

    private static string Fixture(string tool)
    {
        using var stream = typeof(KubernetesConfigTests).Assembly.GetManifestResourceStream($"kubeconfigs/{tool}.yaml")!;
        using var reader = new StreamReader(stream);
        var (certificate, key) = SelfSigned();
        var data = Convert.ToBase64String(Encoding.UTF8.GetBytes(certificate));
        return reader
            .ReadToEnd()
            .Replace("{certificate}", data, StringComparison.Ordinal)
            .Replace("{certificate-head}", data[..76], StringComparison.Ordinal)
            .Replace("{certificate-tail}", data[76..], StringComparison.Ordinal)
            .Replace("{key}", Convert.ToBase64String(Encoding.UTF8.GetBytes(key)), StringComparison.Ordinal);
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }
}
