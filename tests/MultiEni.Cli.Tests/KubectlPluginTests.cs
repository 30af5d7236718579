using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MultiEni.Api;
using MultiEni.Operator.Client;

namespace MultiEni.Cli.Tests;

/// <summary>The program as a plugin of a real kubectl, and under the shells' completion.</summary>
[Trait("speed", "slow")]
public sealed class KubectlPluginTests : IDisposable
{
    private static readonly string Programs = Path.Combine(RepositoryFile.Root, "artifacts", "bin", "MultiEni.Cli", "debug");
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("plugin-");

    [Fact]
    public async Task Kubectl_runs_it_and_passes_exit_code_and_flags_on()
    {
        await using var cluster = await TestCluster.StartAsync();
        cluster
            .Node("n1", ("ng", "multi-eni"))
            .NodeEni("plain", 1, 1, 1, TestCluster.Ready(1, 1))
            .NodeEni("dpdk", 0, 1, 1, TestCluster.Degraded(Reasons.SubnetFull, "n1: full"))
            .Eni("plain", "n1", 1);

        var all = await KubectlAsync(cluster, "eni status");
        var one = await KubectlAsync(cluster, $"eni status plain --context simulated --kubeconfig {cluster.Kubeconfig}");
        var before = await KubectlAsync(cluster, $"eni --context simulated --kubeconfig {cluster.Kubeconfig} status plain");

        Assert.Equal((1, 0, 0), (all.Code, one.Code, before.Code));
        Assert.Equal(one.Output, before.Output);
        Assert.Contains("✗ dpdk  0/1 ENIs ready on 1 nodes  SubnetFull", all.Output);
        Assert.StartsWith("✓ plain  1/1", one.Output);
    }

    [Fact]
    public async Task What_kubectl_merges_and_flattens_means_what_its_parts_mean()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=someone", key, HashAlgorithmName.SHA256).CreateSelfSigned(
            DateTimeOffset.UnixEpoch,
            DateTimeOffset.UnixEpoch.AddYears(100)
        );
        var (crt, pem) = (Path.Combine(_folder.FullName, "a.crt"), Path.Combine(_folder.FullName, "a.key"));
        await File.WriteAllTextAsync(crt, certificate.ExportCertificatePem(), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(pem, key.ExportPkcs8PrivateKeyPem(), TestContext.Current.CancellationToken);
        var (one, two) = (Path.Combine(_folder.FullName, "one"), Path.Combine(_folder.FullName, "two"));
        foreach (
            var (file, command) in new[]
            {
                (
                    one,
                    $"set-cluster k --server=https://one.example:6443 --certificate-authority={crt} --tls-server-name=api --proxy-url=http://proxy.example:3128"
                ),
                (one, "set-context c --cluster=k --user=u --namespace=eni"),
                (two, "set-cluster k --server=https://two.example:6443"),
                (two, $"set-credentials u --client-certificate={crt} --client-key={pem}"),
                (two, "use-context c"),
            }
        )
        {
            // use-context wants to see the context, which the first file has; it writes the second,
            // which is to have the current one.
            var variable = command.StartsWith("use", StringComparison.Ordinal) ? $"{one}:{two}" : file;
            Assert.Equal("", (await KubectlAsync(variable, $"config {command}")).Error);
        }

        // There is no command for it.
        var text = await File.ReadAllTextAsync(two, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(
            two,
            text.Replace("  user:\n", "  user:\n    as: impersonated\n", StringComparison.Ordinal),
            TestContext.Current.CancellationToken
        );

        var flattened = await KubectlAsync($"{one}:{two}", "config view --flatten --raw");

        var flat = Path.Combine(_folder.FullName, "flat");
        await File.WriteAllTextAsync(flat, flattened.Output, TestContext.Current.CancellationToken);
        var configs = new[] { $"{one}:{two}", flat }
            .Select(files => KubernetesConfig.Load(null, name => name == "KUBECONFIG" ? files : null))
            .ToList();
        Assert.All(
            configs,
            config =>
            {
                Assert.Equal(("https://one.example:6443/", "eni", "api"), (config.Server.AbsoluteUri, config.Namespace, config.TlsServerName));
                Assert.Equal("http://proxy.example:3128/", config.Proxy!.GetProxy(config.Server)!.AbsoluteUri);
                Assert.Equal("impersonated", config.ActAs!.User);
                Assert.Equal(certificate.Thumbprint, config.ClientCertificate!.Thumbprint);
                Assert.Equal(certificate.Thumbprint, Assert.Single(config.CertificateAuthorities).Thumbprint);
            }
        );
    }

    [Fact]
    public async Task The_proxy_of_the_environment_leads_to_the_API_server()
    {
        await using var cluster = await TestCluster.StartAsync();
        var text = await File.ReadAllTextAsync(cluster.Kubeconfig, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(
            cluster.Kubeconfig,
            text.Replace(cluster.Server.BaseAddress.Authority, "api.cluster.example", StringComparison.Ordinal),
            TestContext.Current.CancellationToken
        );
        var program = Path.Combine(Programs, "kubectl-eni");
        var proxy = $"HTTP_PROXY={cluster.Server.BaseAddress.AbsoluteUri}";

        var proxied = await RunAsync("env", [proxy, "NO_PROXY=10.0.0.0/8,.cluster.local", program, "status"], cluster.Kubeconfig);
        var direct = await RunAsync("env", [proxy, "NO_PROXY=10.0.0.0/8,.cluster.example", program, "status"], cluster.Kubeconfig);

        Assert.Equal((0, ""), (proxied.Code, proxied.Error));
        Assert.Equal(3, direct.Code);
        Assert.StartsWith("error: The API server does not answer: ", direct.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Kubectl_completes_commands_reasons_formats_and_names()
    {
        await using var cluster = await TestCluster.StartAsync();
        cluster.NodeEni("plain", 0, 0, 0);
        var plugin = Path.Combine(_folder.FullName, "kubectl_complete-eni");
        await File.WriteAllTextAsync(plugin, (await CommandRun.Of("completion", "kubectl")).Output, TestContext.Current.CancellationToken);
        Assert.Equal(0, (await RunAsync("chmod", ["+x", plugin], "")).Code);

        Assert.Contains("status", (await KubectlAsync(cluster, "__complete eni st")).Output);
        Assert.Contains("SubnetFull", (await KubectlAsync(cluster, "__complete eni explain SubnetF")).Output);
        Assert.Contains("plain", (await KubectlAsync(cluster, "__complete eni status pl")).Output);
        Assert.Contains("json", (await KubectlAsync(cluster, "__complete eni status -o \"\"")).Output);
    }

    [Fact]
    public async Task Bash_completes_with_the_printed_script()
    {
        var script = Path.Combine(_folder.FullName, "completion.sh");
        await File.WriteAllTextAsync(script, (await CommandRun.Of("completion", "bash")).Output, TestContext.Current.CancellationToken);
        const string Ask = "COMP_WORDS=(kubectl-eni explain SubnetF); COMP_CWORD=2; _kubectl_eni; echo \"${COMPREPLY[@]}\"";

        var run = await RunAsync("bash", ["-c", $"source {script}; {Ask}"], "");

        Assert.Equal("SubnetFull\n", run.Output);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private Task<CommandRun> KubectlAsync(TestCluster cluster, string arguments) => KubectlAsync(cluster.Kubeconfig, arguments);

    private async Task<CommandRun> KubectlAsync(string kubeconfig, string arguments)
    {
        var kubectl = await RunAsync(Path.Combine(RepositoryFile.Root, "eng", "get-kubectl.sh"), [], "");
        return await RunAsync("bash", ["-c", $"{kubectl.Output.Trim()} {arguments}"], kubeconfig);
    }

    private async Task<CommandRun> RunAsync(string program, IReadOnlyList<string> arguments, string kubeconfig)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PATH"] = $"{_folder.FullName}:{Programs}:{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment["KUBECONFIG"] = kubeconfig;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new CommandRun(process.ExitCode, await output, await error);
    }
}
