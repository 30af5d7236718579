using System.Diagnostics.Metrics;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using MultiEni.Api;
using MultiEni.Cli.Output;
using MultiEni.Cli.Top;
using MultiEni.Operator.Diagnostics;
using MultiEni.Simulator.Kubernetes;

namespace MultiEni.Cli.Tests.Top;

public sealed class TopCommandTests : IAsyncLifetime
{
    private readonly Meter _meter = new("top");
    private readonly PrometheusExporter _exporter;
    private DiagnosticsServer _manager = null!;
    private TestCluster _cluster = null!;
    private long _bytes;

    public TopCommandTests()
    {
        // Something passes between two scrapes.
        _meter.CreateObservableGauge(
            "aws_multi_eni_counter_source",
            () => Of(("packets", "eni-1", 1), ("forwarding", "eni-2", 1)).Select(With("source", "kernel"))
        );
        _meter.CreateObservableCounter(
            "aws_multi_eni_traffic_bytes_total",
            () => Of(("packets", "eni-1", _bytes += 1_000_000), ("forwarding", "eni-2", 5)).Select(With("direction", "receive"))
        );
        _exporter = new PrometheusExporter(_meter, TimeProvider.System);
    }

    public async ValueTask InitializeAsync()
    {
        _manager = new DiagnosticsServer("127.0.0.1:0", new HealthChecks(), _exporter, NullLoggerFactory.Instance);
        var port = await _manager.StartAsync(TestContext.Current.CancellationToken);
        _cluster = await TestCluster.StartInstalledAsync(new KubernetesSimulatorOptions());
        _cluster.Server.Pods.Serve(Names.Namespace, "eni-manager-1", 8081, new IPEndPoint(IPAddress.Loopback, port!.Value));
    }

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        await _manager.DisposeAsync();
        _exporter.Dispose();
        _meter.Dispose();
    }

    [Fact]
    public async Task The_rates_between_two_scrapes_are_shown()
    {
        var run = await _cluster.RunAsync("top", "--interval", "1", "--sort-by", "receive", "-o", "json");
        Assert.Equal((0, ""), (run.Code, run.Error));
        var enis = JsonNode.Parse(run.Output)!["enis"]!.AsArray();
        Assert.Equal(["eni-1", "eni-2"], enis.Select(eni => eni!["eni"]!.GetValue<string>()));
        // A megabyte in a second, or in a bit more on a loaded machine.
        Assert.InRange(enis[0]!["receiveBitsPerSecond"]!.GetValue<double>(), 1, 8_100_000);
        Assert.Equal(0, enis[1]!["receiveBitsPerSecond"]!.GetValue<double>());
        Assert.Equal("default/router", enis[0]!["pod"]!.GetValue<string>());
    }

    [Fact]
    public async Task Only_the_ENIs_of_a_node_and_of_a_NodeENI_are_shown()
    {
        _cluster.Node("n2").Pod("eni-manager-2", "eni-manager", "n2", null).Eni("packets", "n1", 1);
        var run = await _cluster.RunAsync("top", "--interval", "1", "--nodeeni", "packets");
        Assert.Equal(0, run.Code);
        Assert.Contains("eni-1", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("eni-2", run.Output, StringComparison.Ordinal);
        // The manager of n2, which does not answer, was not asked.
        Assert.DoesNotContain("n2", run.Output, StringComparison.Ordinal);
        Assert.Equal(0, (await _cluster.RunAsync("top", "--interval", "1", "--node", "n1")).Code);
    }

    [Fact]
    public async Task An_ENI_manager_that_does_not_answer_is_named_with_what_helps()
    {
        _cluster.Node("n2").Pod("eni-manager-2", "eni-manager", "n2", null);
        _cluster.Server.Pods.Serve(Names.Namespace, "eni-manager-2", 9, new IPEndPoint(IPAddress.Loopback, 9));
        var run = await _cluster.RunAsync("top", "--interval", "1");
        Assert.Equal(1, run.Code);
        Assert.Contains("eni-1", run.Output, StringComparison.Ordinal);
        Assert.Contains("✗ n2: its ENI manager does not answer: get pods/proxy eni-manager-2: ", run.Output, StringComparison.Ordinal);
        Assert.Contains(
            "error trying to reach service: dial tcp port 8081 of eni-manager-2: connect: connection refused",
            run.Output,
            StringComparison.Ordinal
        );
        Assert.Contains("metrics.enabled=true", run.Output, StringComparison.Ordinal);
        Assert.Equal(3, (await _cluster.RunAsync("top", "--interval", "1", "--node", "n2")).Code);
    }

    [Theory]
    [InlineData("n9", null, "no ENI manager runs on a node 'n9'")]
    [InlineData(null, "none", "no ENI of a NodeENI 'none' is attached to a node")]
    public async Task What_is_not_there_is_said(string? node, string? nodeEni, string message)
    {
        string[] arguments =
        [
            "top",
            .. node is null ? Array.Empty<string>() : ["--node", node],
            .. nodeEni is null ? Array.Empty<string>() : ["--nodeeni", nodeEni],
        ];
        var run = await _cluster.RunAsync(arguments);
        Assert.Equal((2, $"error: {message}\n"), (run.Code, run.Error));
    }

    [Fact]
    public async Task Who_may_not_ask_pods_is_told_the_permission()
    {
        await using var cluster = await TestCluster.StartInstalledAsync(
            new KubernetesSimulatorOptions { Authorizer = request => request.Subresource == "proxy" ? "no rights" : null }
        );
        var run = await cluster.RunAsync("top");
        Assert.Equal(3, run.Code);
        Assert.Contains("get on pods/proxy in the namespace eni-controller-system", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_ENI_managers_the_remedy_is_to_install_them()
    {
        await using var cluster = await TestCluster.StartAsync();
        var run = await cluster.RunAsync("top");
        Assert.Equal(3, run.Code);
        Assert.StartsWith("error: no ENI manager runs in the namespace eni-controller-system", run.Error, StringComparison.Ordinal);
    }

    /// <summary>Its numbers are never the same, so the page has those of a report.</summary>
    [Fact]
    public void The_table_on_the_page_is_that_of_the_program()
    {
        var report = new TopReport(
            5,
            [
                Eni("ip-10-0-0-4.ec2.internal", 1, "packets", null, "none"),
                Eni("ip-10-0-0-4.ec2.internal", 2, "forwarding", "default/router", "kernel") with
                {
                    ReceiveBitsPerSecond = 4_812_345_678,
                    TransmitBitsPerSecond = 310_000,
                    ReceivePacketsPerSecond = 612_004,
                    TransmitPacketsPerSecond = 512,
                    DropsPerSecond = 0,
                    AllowanceExceededPerSecond = new(StringComparer.Ordinal) { ["bandwidth_in"] = 1, ["packets"] = 0.6 },
                },
            ],
            [
                new UnreachableManager(
                    "ip-10-0-0-5.ec2.internal",
                    "get pods/proxy eni-manager-7x2kq: 503 ServiceUnavailable: error trying to reach service: dial tcp 10.0.0.5:8081: connect: connection refused"
                ),
            ]
        );
        using var output = new StringWriter();
        new TopText(output, new Paint(enabled: false)).Write(report);
        Assert.Contains($"\n## top\n\n```text\nkubectl eni top\n{output}```\n", RepositoryFile.Read("docs/kubectl-eni.md"), StringComparison.Ordinal);
    }

    private static TopEni Eni(string node, int number, string nodeEni, string? pod, string source) =>
        new()
        {
            Node = node,
            Eni = $"eni-0000000000000000{number}",
            NodeEni = nodeEni,
            Subnet = "subnet-12345678",
            Pod = pod,
            Source = source,
        };

    private static IEnumerable<Measurement<long>> Of(params (string NodeEni, string Eni, long Value)[] values) =>
        values.Select(value => new Measurement<long>(
            value.Value,
            new("node", "n1"),
            new("nodeeni", value.NodeEni),
            new("eni", value.Eni),
            new("subnet", "subnet-1"),
            new("namespace", "default"),
            new("pod", "router")
        ));

    private static Func<Measurement<long>, Measurement<long>> With(string label, string value) =>
        measurement => new(measurement.Value, [.. measurement.Tags, new(label, value)]);
}
