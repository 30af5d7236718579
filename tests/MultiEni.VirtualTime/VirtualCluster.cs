using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Logging;
using MultiEni.Controller;
using MultiEni.Controller.Ec2;
using MultiEni.Operator.Client;
using MultiEni.Simulator.Ec2;
using MultiEni.Simulator.Kubernetes;

namespace MultiEni.VirtualTime;

/// <summary>
/// The whole controller, an API server and EC2 in one process on virtual time. They speak their
/// protocols with each other, requests and answers byte for byte, but through memory.
/// </summary>
public sealed class VirtualCluster : IAsyncDisposable
{
    private VirtualCluster(VirtualClock time, KubernetesSimulator kubernetes, Ec2Simulator ec2)
    {
        Time = time;
        Kubernetes = kubernetes;
        Ec2 = ec2;
    }

    /// <summary>Its clock.</summary>
    public VirtualClock Time { get; }

    /// <summary>The API server.</summary>
    public KubernetesSimulator Kubernetes { get; }

    /// <summary>The account.</summary>
    public Ec2Simulator Ec2 { get; }

    /// <summary>An empty cluster and an empty account on a clock that others may share.</summary>
    public static async Task<VirtualCluster> StartAsync(
        VirtualClock time,
        Ec2SimulatorOptions account,
        KubernetesSimulatorOptions apiServer,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(account);
        ArgumentNullException.ThrowIfNull(apiServer);
        var ec2 = await Ec2Simulator.StartAsync(account with { TimeProvider = time, Server = WithoutSockets }, cancellationToken);
        var kubernetes = await KubernetesSimulator.StartAsync(apiServer with { TimeProvider = time, Server = WithoutSockets }, cancellationToken);
        return new VirtualCluster(time, kubernetes, ec2);
    }

    /// <summary>
    /// A controller of this cluster. It signs its calls with its own identity, so that each can be
    /// told from those of others.
    /// </summary>
    internal ControllerApp Controller(ControllerSettings settings, ILoggerFactory loggers)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return new ControllerApp(
            settings,
            new KubernetesConfig
            {
                Server = Kubernetes.BaseAddress,
                Source = "virtual cluster",
                Credentials = new ClientCredentials.Token(settings.Identity),
                Transport = new InMemoryTransport(Kubernetes.Server),
            },
            new Ec2ClientOptions
            {
                Region = "us-east-1",
                Endpoint = Ec2.BaseAddress,
                AccessKey = new FixedAccessKey(settings.Identity, "secret"),
                // The SDK waits on the real clock between its repeats; what it would repeat is the
                // harder case anyway.
                DescribeRetries = 0,
                Transport = new InMemoryTransport(Ec2.Server),
            },
            loggers,
            Time
        );
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await Kubernetes.DisposeAsync();
        await Ec2.DisposeAsync();
    }

    private static void WithoutSockets(IWebHostBuilder host) => host.UseTestServer();
}
