using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Logging;
using MultiEni.Controller;
using MultiEni.Controller.Ec2;
using MultiEni.Operator.Client;
using MultiEni.Simulator.Ec2;
using MultiEni.Simulator.Kubernetes;

namespace MultiEni.VirtualTime;

/// <summary>
/// The whole controller, an API server and EC2 in one process on virtual time. They speak their protocols with each other, requests and answers
/// byte for byte, but through memory.
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

    /// <summary>An empty cluster and an empty account. Time does not pass yet.</summary>
    public static async Task<VirtualCluster> StartAsync(Ec2SimulatorOptions account, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(account);
        var time = new VirtualClock();
        var ec2 = await Ec2Simulator.StartAsync(account with { TimeProvider = time, Server = WithoutSockets }, cancellationToken);
        var kubernetes = await KubernetesSimulator.StartAsync(
            new KubernetesSimulatorOptions
            {
                TimeProvider = time,
                Server = WithoutSockets,
                HistoryLength = 200_000,
            },
            cancellationToken
        );
        return new VirtualCluster(time, kubernetes, ec2);
    }

    /// <summary>A controller of this cluster.</summary>
    public ControllerApp Controller(ControllerSettings settings, ILoggerFactory loggers)
    {
        return new ControllerApp(
            settings,
            new KubernetesConfig
            {
                Server = Kubernetes.BaseAddress,
                Source = "virtual cluster",
                Transport = Transport(Kubernetes.Server),
            },
            new Ec2ClientOptions
            {
                Region = "us-east-1",
                Endpoint = Ec2.BaseAddress,
                AccessKey = new FixedAccessKey("AKIASIMULATED", "simulated"),
                Transport = Transport(Ec2.Server),
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

    private static PlainAddresses Transport(IServer server) => new() { InnerHandler = ((TestServer)server).CreateHandler() };

    /// <summary>The AWS SDK makes addresses that give their path to sockets only.</summary>
    private sealed class PlainAddresses : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.RequestUri = new Uri(request.RequestUri!.ToString());
            return base.SendAsync(request, cancellationToken);
        }
    }
}
