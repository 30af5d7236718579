using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using MultiEni.Scenarios.Staging;
using MultiEni.Simulator.Kubernetes;

namespace MultiEni.Scenarios.KubernetesApi;

/// <summary>
/// etcd and kube-apiserver as processes of their own on the loopback interface, with the product's
/// resources installed. No other part of a cluster runs.
/// </summary>
internal sealed class RealApiServer : IAsyncDisposable
{
    public const string Etcd = "etcd";
    public const string ApiServer = "kube-apiserver";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(100);

    private readonly DirectoryInfo _state = Directory.CreateTempSubdirectory("multi-eni-apiserver-");
    private readonly List<ChildProcess> _processes = [];

    private RealApiServer() { }

    public string KubeconfigPath => Path.Combine(_state.FullName, "kubeconfig");

    /// <summary>Starts both and waits until the API server is ready.</summary>
    /// <exception cref="InvalidOperationException">
    /// A program ended, or it is not ready in time; the message has what it wrote last.
    /// </exception>
    public static async Task<RealApiServer> StartAsync(string folder, CancellationToken cancellationToken)
    {
        var server = new RealApiServer();
        try
        {
            await server.LaunchAsync(folder, cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>etcd's command line.</summary>
    public static IReadOnlyList<string> EtcdArguments(string dataFolder, int port) =>
        [
            $"--data-dir={dataFolder}",
            $"--listen-client-urls=http://127.0.0.1:{port}",
            $"--advertise-client-urls=http://127.0.0.1:{port}",
            "--listen-peer-urls=http://127.0.0.1:0",
            // What is kept need not survive the story.
            "--unsafe-no-fsync",
        ];

    /// <summary>kube-apiserver's command line.</summary>
    public static IReadOnlyList<string> ApiServerArguments(string stateFolder, int etcdPort, int port) =>
        [
            $"--etcd-servers=http://127.0.0.1:{etcdPort}",
            "--bind-address=127.0.0.1",
            "--advertise-address=127.0.0.1",
            $"--secure-port={port}",
            $"--cert-dir={Path.Combine(stateFolder, "certificates")}",
            $"--token-auth-file={Path.Combine(stateFolder, "tokens.csv")}",
            "--service-cluster-ip-range=10.0.0.0/24",
            "--service-account-issuer=https://kubernetes.default.svc",
            $"--service-account-key-file={Path.Combine(stateFolder, "service-accounts.pub")}",
            $"--service-account-signing-key-file={Path.Combine(stateFolder, "service-accounts.key")}",
            // No controller makes service accounts here, and pods would wait for theirs.
            "--disable-admission-plugins=ServiceAccount",
            "--authorization-mode=RBAC",
            "--allow-privileged=true",
        ];

    public async ValueTask DisposeAsync()
    {
        foreach (var process in Enumerable.Reverse(_processes))
        {
            await process.DisposeAsync();
        }

        _state.Delete(recursive: true);
    }

    private async Task LaunchAsync(string folder, CancellationToken cancellationToken)
    {
        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        await WriteSecretsAsync(token, cancellationToken);
        var (etcdPort, port) = FreePorts();
        await WriteKubeconfigAsync(port, token, cancellationToken);
        _processes.Add(ChildProcess.Start(Path.Combine(folder, Etcd), EtcdArguments(Path.Combine(_state.FullName, "etcd"), etcdPort)));
        _processes.Add(ChildProcess.Start(Path.Combine(folder, ApiServer), ApiServerArguments(_state.FullName, etcdPort, port)));
        using var api = new ClusterApi(KubeconfigPath);
        await UntilAsync(() => api.AnswersAsync("/readyz", cancellationToken), "ready", cancellationToken);
        await InstallAsync(api, cancellationToken);
    }

    private async Task InstallAsync(ClusterApi api, CancellationToken cancellationToken)
    {
        var assembly = typeof(KubernetesSimulator).Assembly;
        foreach (var name in assembly.GetManifestResourceNames().Where(name => name.StartsWith("crds/", StringComparison.Ordinal)))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            await api.ApplyAsync(await reader.ReadToEndAsync(cancellationToken), cancellationToken);
        }

        foreach (var plural in new[] { Api.Names.NodeEniPlural, Api.Names.EniAttachmentPlural })
        {
            await UntilAsync(
                () => api.AnswersAsync($"/apis/{Api.Names.ApiVersion}/{plural}", cancellationToken),
                $"serving {plural}",
                cancellationToken
            );
        }
    }

    private async Task UntilAsync(Func<Task<bool>> condition, string what, CancellationToken cancellationToken)
    {
        var begin = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if (_processes.Find(process => process.HasEnded) is { } ended)
            {
                throw new InvalidOperationException(await ended.ObituaryAsync(cancellationToken));
            }

            if (await condition())
            {
                return;
            }

            if (TimeProvider.System.GetElapsedTime(begin) > Patience)
            {
                throw new InvalidOperationException($"{ApiServer} is not {what} after {Patience.TotalSeconds:0} s: {_processes[^1].LastLines}");
            }

            await Task.Delay(Glance, TimeProvider.System, cancellationToken);
        }
    }

    private async Task WriteSecretsAsync(string token, CancellationToken cancellationToken)
    {
        using var key = RSA.Create(2048);
        await File.WriteAllTextAsync(Path.Combine(_state.FullName, "service-accounts.key"), key.ExportPkcs8PrivateKeyPem(), cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(_state.FullName, "service-accounts.pub"), key.ExportSubjectPublicKeyInfoPem(), cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(_state.FullName, "tokens.csv"), $"{token},story,story,system:masters\n", cancellationToken);
    }

    // The certificate is one that the API server makes for itself, and nobody else listens on this
    // loopback port.
    private Task WriteKubeconfigAsync(int port, string token, CancellationToken cancellationToken)
    {
        const string name = "story";
        var config = new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Config",
            ["clusters"] = new JsonArray(
                new JsonObject
                {
                    ["name"] = name,
                    ["cluster"] = new JsonObject { ["server"] = $"https://127.0.0.1:{port}", ["insecure-skip-tls-verify"] = true },
                }
            ),
            ["users"] = new JsonArray(
                new JsonObject
                {
                    ["name"] = name,
                    ["user"] = new JsonObject { ["token"] = token },
                }
            ),
            ["contexts"] = new JsonArray(
                new JsonObject
                {
                    ["name"] = name,
                    ["context"] = new JsonObject { ["cluster"] = name, ["user"] = name },
                }
            ),
            ["current-context"] = name,
        };
        return File.WriteAllTextAsync(KubeconfigPath, config.ToJsonString(), cancellationToken);
    }

    // Both are taken at once, or the second could be the first again.
    private static (int Etcd, int ApiServer) FreePorts()
    {
        using var first = new TcpListener(IPAddress.Loopback, 0);
        using var second = new TcpListener(IPAddress.Loopback, 0);
        first.Start();
        second.Start();
        return (((IPEndPoint)first.LocalEndpoint).Port, ((IPEndPoint)second.LocalEndpoint).Port);
    }
}
