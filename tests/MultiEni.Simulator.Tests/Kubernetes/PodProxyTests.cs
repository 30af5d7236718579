using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using MultiEni.Operator.Diagnostics;

namespace MultiEni.Simulator.Tests.Kubernetes;

/// <summary>
/// As the API server answers: registry/core/pod/rest/subresources.go and
/// apimachinery/pkg/util/proxy/upgradeaware.go of kubernetes/kubernetes.
/// </summary>
public sealed class PodProxyTests : ServerFixture
{
    private const int Port = 8081;
    private readonly Meter _meter = new("pod");

    [Theory]
    [InlineData("a:8081", "healthz", HttpStatusCode.OK)]
    [InlineData("http:a:8081", "metrics", HttpStatusCode.OK)]
    [InlineData("a:8081", "no/such/page", HttpStatusCode.NotFound)]
    public async Task The_program_that_plays_a_pod_is_asked(string pod, string path, HttpStatusCode code)
    {
        await using var program = await StartAsync();
        (await Client.GetAsync($"{Pods}/{pod}/proxy/{path}")).Expect(code);
    }

    [Fact]
    public async Task A_pod_that_does_not_answer_is_unavailable()
    {
        using (var listener = new TcpListener(IPAddress.Loopback, 0))
        {
            listener.Start();
            await CreateAsync((IPEndPoint)listener.LocalEndpoint);
        }

        var refused = (await Client.GetAsync($"{Pods}/a:{Port}/proxy/metrics")).Expect(HttpStatusCode.ServiceUnavailable);
        Assert.Equal("ServiceUnavailable", refused.Reason);
        Assert.StartsWith("error trying to reach service: dial tcp 127.0.0.1:", refused.Message, StringComparison.Ordinal);
        Assert.EndsWith("connect: connection refused", refused.Message, StringComparison.Ordinal);
        (await Client.GetAsync($"{Pods}/a:1/proxy/metrics")).Expect(HttpStatusCode.ServiceUnavailable);
        (await Client.GetAsync($"{Pods}/a:x/proxy/metrics")).Expect(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_pod_whose_part_nobody_plays_is_not_simulated()
    {
        (await Client.PostAsync(Pods, Json("a", Containers))).Expect(HttpStatusCode.Created);
        (await Client.GetAsync($"{Pods}/a/proxy/metrics")).Expect(HttpStatusCode.NotImplemented);
        (await Client.GetAsync($"{Pods}/b/proxy/metrics")).Expect(HttpStatusCode.NotFound);
    }

    [Fact]
    public void A_program_elsewhere_plays_no_pod() =>
        Assert.Throws<ArgumentException>(() => Server.Pods.Serve("default", "a", Port, new IPEndPoint(IPAddress.Parse("192.0.2.1"), 80)));

    private async Task<DiagnosticsServer> StartAsync()
    {
        var exporter = new PrometheusExporter(_meter, TimeProvider.System);
        var program = new DiagnosticsServer("127.0.0.1:0", new HealthChecks(), exporter, NullLoggerFactory.Instance);
        await CreateAsync(new IPEndPoint(IPAddress.Loopback, (await program.StartAsync(TestContext.Current.CancellationToken))!.Value));
        return program;
    }

    private async Task CreateAsync(IPEndPoint program)
    {
        (await Client.PostAsync(Pods, Json("a", Containers))).Expect(HttpStatusCode.Created);
        Server.Pods.Serve("default", "a", Port, program);
    }
}
