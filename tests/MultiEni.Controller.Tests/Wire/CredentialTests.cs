using MultiEni.Controller.Ec2.Failures;
using MultiEni.Simulator.Kubernetes;

namespace MultiEni.Controller.Tests.Wire;

/// <summary>
/// Where the controller's credentials come from: the whole program, with the environments that EKS
/// gives it and AWS on loopback.
/// </summary>
[Trait("speed", "slow")]
public sealed class CredentialTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    // Variables ({aws}: address of the endpoint, {token}: a file with a token), words of the
    // start-up line, the key that EC2 sees, what was asked for it.
    [Theory]
    [InlineData("AWS_ACCESS_KEY_ID=AKIASTATIC;AWS_SECRET_ACCESS_KEY=very-secret", "environment variables", "AKIASTATIC", null)]
    [InlineData(
        "AWS_ROLE_ARN=arn:aws:iam::123456789012:role/r;AWS_WEB_IDENTITY_TOKEN_FILE={token};AWS_ENDPOINT_URL_STS={aws}",
        "web identity",
        "ASIAWEB",
        "sts: arn:aws:iam::123456789012:role/r the-token"
    )]
    [InlineData(
        "AWS_CONTAINER_CREDENTIALS_FULL_URI={aws}container;AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE={token}",
        "Pod Identity",
        "ASIACONTAINER",
        "container: the-token"
    )]
    [InlineData("AWS_EC2_METADATA_SERVICE_ENDPOINT={aws}", "instance profile", "ASIANODE", "metadata: metadata-token")]
    public async Task The_source_is_reported_at_the_start_and_its_key_signs_the_calls(string variables, string words, string key, string? asked)
    {
        await using var aws = await AwsEndpoint.StartAsync(Ct);
        await using var kubernetes = await KubernetesSimulator.StartAsync(new KubernetesSimulatorOptions(), Ct);
        using var folder = new Folder();
        await System.IO.File.WriteAllTextAsync(folder.File("token"), "the-token", Ct);
        var environment = Environment(variables, aws, folder);
        environment["AWS_REGION"] = "eu-test-1";

        await using var controller = Start(environment, kubernetes, folder);

        var line = await controller.LineAsync("credentials from");
        Assert.True(line.Contains(words, StringComparison.Ordinal), $"{line}\n{string.Join('\n', aws.Asked)}");
        await controller.LineAsync("Leading; 0 ENIs");
        Assert.Contains($"ec2: DescribeNetworkInterfaces by {key} in eu-test-1", aws.Asked);
        if (asked is not null)
        {
            Assert.Contains(asked, aws.Asked);
        }

        Assert.DoesNotContain(
            controller.Log,
            line => line.Contains("very-secret", StringComparison.Ordinal) || line.Contains("the-token", StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData("HTTP_PROXY={aws};NO_PROXY=10.0.0.0/8,.other.example:80", "ec2.eu.example sts.eu.example")]
    [InlineData("http_proxy={aws};NO_PROXY=sts.eu.example:443,127.0.0.0/8", "ec2.eu.example sts.eu.example")]
    [InlineData("HTTP_PROXY={aws};no_proxy=ec2.eu.example", "sts.eu.example")]
    [InlineData("HTTP_PROXY={aws};NO_PROXY=*", "")]
    public async Task One_proxy_is_used_for_all_of_AWS_with_the_exemptions_that_Go_programs_understand(string variables, string hosts)
    {
        await using var aws = await AwsEndpoint.StartAsync(Ct);
        await using var kubernetes = await KubernetesSimulator.StartAsync(new KubernetesSimulatorOptions(), Ct);
        using var folder = new Folder();
        await System.IO.File.WriteAllTextAsync(folder.File("token"), "the-token", Ct);
        const string Role =
            "AWS_ROLE_ARN=arn:aws:iam::123456789012:role/r;AWS_WEB_IDENTITY_TOKEN_FILE={token};AWS_ENDPOINT_URL_STS=http://sts.eu.example/";
        var environment = Environment($"{variables};{Role};AWS_REGION=eu-test-1", aws, folder);
        environment["AWS_ENDPOINT_URL_EC2"] = "http://ec2.eu.example/";

        await using var controller = Start(environment, kubernetes, folder);

        // Names under .example lead nowhere, so what is not asked of the proxy fails.
        await controller.LineAsync(hosts.Contains("ec2", StringComparison.Ordinal) ? "Leading; 0 ENIs" : "The first sweep of EC2 failed");
        var asked = aws.Requests.ToList();
        Assert.Equal(hosts, string.Join(' ', asked.Select(request => request.Host).Distinct().Order()));
        Assert.All(asked, request => Assert.Contains("app/eni-controller", request.UserAgent, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_any_credentials_the_line_says_so_and_the_controller_waits_for_them()
    {
        await using var aws = await AwsEndpoint.StartAsync(Ct);
        await using var kubernetes = await KubernetesSimulator.StartAsync(new KubernetesSimulatorOptions(), Ct);
        using var folder = new Folder();
        var environment = Environment("AWS_EC2_METADATA_DISABLED=true;AWS_REGION=eu-test-1", aws, folder);

        await using var controller = Start(environment, kubernetes, folder);

        Assert.Contains("none", await controller.LineAsync("credentials from"), StringComparison.Ordinal);
        await controller.LineAsync("The first sweep of EC2 failed");
        Assert.Empty(aws.Asked);
    }

    // The token service's answer (null: nobody listens), what the log says.
    [Theory]
    [InlineData(
        "AccessDenied",
        "Not authorized to perform sts:AssumeRoleWithWebIdentity",
        "the token service (STS) refused: AccessDenied: Not authorized to perform sts:"
    )]
    [InlineData("ExpiredTokenException", "Token expired: current date/time", "the token service (STS) refused: ExpiredTokenException: Token expired")]
    [InlineData(null, "", "(127.0.0.1:1)")]
    public async Task A_token_service_that_refuses_the_role_or_cannot_be_reached_is_named_with_its_words(string? code, string message, string said)
    {
        await using var aws = await AwsEndpoint.StartAsync(Ct);
        aws.TokenRefusal = code is null ? null : (code, message);
        await using var kubernetes = await KubernetesSimulator.StartAsync(new KubernetesSimulatorOptions(), Ct);
        using var folder = new Folder();
        await System.IO.File.WriteAllTextAsync(folder.File("token"), "the-token", Ct);
        var environment = Environment(
            "AWS_ROLE_ARN=arn:aws:iam::123456789012:role/r;AWS_WEB_IDENTITY_TOKEN_FILE={token};AWS_REGION=eu-test-1;AWS_ENDPOINT_URL_STS={aws}",
            aws,
            folder
        );
        if (code is null)
        {
            environment["AWS_ENDPOINT_URL_STS"] = "http://127.0.0.1:1";
        }

        await using var controller = Start(environment, kubernetes, folder);

        var line = await controller.LineAsync("The first sweep of EC2 failed");
        Assert.Contains(FailureTable.NoCredentials, line, StringComparison.Ordinal);
        Assert.True(line.Contains(said, StringComparison.Ordinal), line);
        Assert.DoesNotContain("the-token", line, StringComparison.Ordinal);
        Assert.DoesNotContain(aws.Asked, asked => asked.StartsWith("ec2:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_a_Region_and_without_nodes_the_start_is_refused_with_what_to_set()
    {
        await using var aws = await AwsEndpoint.StartAsync(Ct);
        await using var kubernetes = await KubernetesSimulator.StartAsync(new KubernetesSimulatorOptions(), Ct);
        using var folder = new Folder();

        await using var controller = Start(Environment("AWS_ACCESS_KEY_ID=AKIASTATIC;AWS_SECRET_ACCESS_KEY=s", aws, folder), kubernetes, folder);

        Assert.Contains("set AWS_REGION", await controller.LineAsync("Failed to start"), StringComparison.Ordinal);
        Assert.Equal(2, await controller.ExitAsync());
    }

    [Fact]
    public async Task A_metrics_port_that_is_taken_is_said_with_the_setting_and_without_a_stack_trace()
    {
        await using var aws = await AwsEndpoint.StartAsync(Ct);
        await using var kubernetes = await KubernetesSimulator.StartAsync(new KubernetesSimulatorOptions(), Ct);
        using var folder = new Folder();
        var taken = $"127.0.0.1:{aws.Address.Port}";

        await using var controller = Start(Environment("AWS_REGION=eu-test-1", aws, folder), kubernetes, folder, metrics: taken);

        Assert.Contains($"--metrics-addr or METRICS_ADDR: '{taken}'", await controller.LineAsync("Failed to start"), StringComparison.Ordinal);
        Assert.Equal(2, await controller.ExitAsync());
        Assert.DoesNotContain(controller.Log, line => line.StartsWith("   at ", StringComparison.Ordinal));
    }

    private static ControllerProcess Start(
        Dictionary<string, string> environment,
        KubernetesSimulator kubernetes,
        Folder folder,
        string metrics = "0"
    ) =>
        ControllerProcess.Start(
            environment,
            $"--kubeconfig={kubernetes.WriteKubeconfig(folder.File("kubeconfig"))}",
            "--cluster-name=test",
            $"--metrics-addr={metrics}",
            "--enable-leader-election=false"
        );

    private static Dictionary<string, string> Environment(string variables, AwsEndpoint aws, Folder folder)
    {
        var environment = new Dictionary<string, string>
        {
            ["LOG_FORMAT"] = "text",
            ["AWS_ENDPOINT_URL_EC2"] = aws.Address.AbsoluteUri,
            ["HOME"] = folder.Path,
        };
        foreach (var variable in variables.Split(';'))
        {
            var (name, value) = variable.Split('=', 2) is [var left, var right]
                ? (left, right)
                : throw new ArgumentException(variable, nameof(variables));
            environment[name] = value
                .Replace("{aws}", aws.Address.AbsoluteUri, StringComparison.Ordinal)
                .Replace("{token}", folder.File("token"), StringComparison.Ordinal);
        }

        return environment;
    }

    private sealed class Folder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("credentials").FullName;

        public string File(string name) => System.IO.Path.Combine(Path, name);

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
