using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using MultiEni.Operator.Configuration;
using MultiEni.Operator.Diagnostics;

namespace MultiEni.Operator.Tests.Diagnostics;

public sealed class DiagnosticsServerTests : IDisposable
{
    private readonly Meter _meter = new("test");

    public void Dispose() => _meter.Dispose();

    [Fact]
    public async Task Readiness_lists_what_fails_and_liveness_does_not_care()
    {
        var checks = new HealthChecks();
        var isReady = false;
        checks.AddReadiness("caches", () => isReady ? HealthResult.Healthy : HealthResult.Unhealthy("nodes are not listed yet"));
        using var exporter = new PrometheusExporter(_meter, TimeProvider.System);
        await using var server = new DiagnosticsServer("127.0.0.1:0", checks, exporter, NullLoggerFactory.Instance);
        var port = await server.StartAsync(TestContext.Current.CancellationToken);
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "caches: nodes are not listed yet\n"), await GetAsync(http, "/readyz"));
        Assert.Equal((HttpStatusCode.OK, "ok\n"), await GetAsync(http, "/healthz"));
        isReady = true;
        Assert.Equal((HttpStatusCode.OK, "ok\n"), await GetAsync(http, "/readyz"));
        Assert.Contains("process_cpu_seconds_total", (await GetAsync(http, "/metrics")).Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync(http, "/")).Status);
    }

    [Fact]
    public async Task What_takes_time_to_read_is_read_before_each_scrape_and_for_no_probe()
    {
        var reads = 0;
        _meter.CreateObservableGauge("reads", () => reads);
        using var exporter = new PrometheusExporter(_meter, TimeProvider.System);
        exporter.ReadBeforeScrape(async cancel =>
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, cancel);
            reads++;
        });
        await using var server = new DiagnosticsServer("127.0.0.1:0", new HealthChecks(), exporter, NullLoggerFactory.Instance);
        var port = await server.StartAsync(TestContext.Current.CancellationToken);
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };

        Assert.Contains("\nreads 1\n", (await GetAsync(http, "/metrics")).Body, StringComparison.Ordinal);
        await GetAsync(http, "/healthz");
        await GetAsync(http, "/readyz");
        Assert.Contains("\nreads 2\n", (await GetAsync(http, "/metrics")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Address_0_switches_it_off()
    {
        using var exporter = new PrometheusExporter(_meter, TimeProvider.System);
        await using var server = new DiagnosticsServer("0", new HealthChecks(), exporter, NullLoggerFactory.Instance);
        Assert.Null(await server.StartAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("POST /metrics HTTP/1.1\r\n\r\n", "HTTP/1.1 405 ")]
    [InlineData("nonsense\r\n\r\n", "HTTP/1.1 400 ")]
    [InlineData("GET http://elsewhere/ HTTP/1.1\r\n\r\n", "HTTP/1.1 400 ")]
    [InlineData(
        "GET /healthz?verbose HTTP/1.0\r\nX: y\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 3\r\nConnection: close\r\n\r\nok\n"
    )]
    [InlineData(
        "HEAD /healthz HTTP/1.1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 3\r\nConnection: close\r\n\r\n"
    )]
    public async Task Whatever_is_asked_is_answered_and_the_connection_closed(string request, string expected)
    {
        using var exporter = new PrometheusExporter(_meter, TimeProvider.System);
        await using var server = new DiagnosticsServer("127.0.0.1:0", new HealthChecks(), exporter, NullLoggerFactory.Instance);
        var port = await server.StartAsync(TestContext.Current.CancellationToken);

        var answer = await AskAsync(port!.Value, request);

        Assert.StartsWith(expected, answer, StringComparison.Ordinal);
        if (expected.EndsWith('\n'))
        {
            Assert.Equal(expected, answer);
        }
    }

    [Fact]
    public async Task A_head_without_end_is_refused_and_a_caller_that_says_nothing_holds_nobody_up()
    {
        using var exporter = new PrometheusExporter(_meter, TimeProvider.System);
        await using var server = new DiagnosticsServer(":0", new HealthChecks(), exporter, NullLoggerFactory.Instance);
        var port = (await server.StartAsync(TestContext.Current.CancellationToken))!.Value;
        using var silent = new TcpClient("127.0.0.1", port);

        Assert.StartsWith("HTTP/1.1 400 ", await AskAsync(port, "GET / HTTP/1.1\r\nX: " + new string('x', 16 * 1024 - 19)), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200 ", await AskAsync(port, "GET /livez HTTP/1.1\r\n\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Any_number_of_callers_that_say_nothing_hold_no_probe_up()
    {
        using var exporter = new PrometheusExporter(_meter, TimeProvider.System);
        await using var server = new DiagnosticsServer("127.0.0.1:0", new HealthChecks(), exporter, NullLoggerFactory.Instance);
        var port = (await server.StartAsync(TestContext.Current.CancellationToken))!.Value;
        var silent = new List<TcpClient>();
        try
        {
            for (var count = 0; count < 40; count++)
            {
                silent.Add(new TcpClient("127.0.0.1", port));
            }

            var begun = Stopwatch.GetTimestamp();
            Assert.StartsWith("HTTP/1.1 200 ", await AskAsync(port, "GET /healthz HTTP/1.1\r\n\r\n"), StringComparison.Ordinal);
            // The ten seconds of a silent caller were not waited for.
            Assert.True(Stopwatch.GetElapsedTime(begun) < TimeSpan.FromSeconds(9));
            // The oldest had to make room, and the newest may still ask.
            await silent[^1].GetStream().WriteAsync("GET /healthz HTTP/1.1\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
            Assert.NotEqual(0, await silent[^1].GetStream().ReadAsync(new byte[1], TestContext.Current.CancellationToken));
        }
        finally
        {
            silent.ForEach(client => client.Dispose());
        }
    }

    [Fact]
    public async Task A_port_that_is_taken_is_said()
    {
        using var exporter = new PrometheusExporter(_meter, TimeProvider.System);
        await using var first = new DiagnosticsServer("127.0.0.1:0", new HealthChecks(), exporter, NullLoggerFactory.Instance);
        var address = $"127.0.0.1:{await first.StartAsync(TestContext.Current.CancellationToken)}";
        await using var second = new DiagnosticsServer(address, new HealthChecks(), exporter, NullLoggerFactory.Instance);

        var error = await Assert.ThrowsAsync<SettingsException>(() => second.StartAsync(TestContext.Current.CancellationToken));

        Assert.Contains($"METRICS_ADDR: '{address}'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(":8080", null, 8080)]
    [InlineData("8080", null, 8080)]
    [InlineData("127.0.0.1:80", "127.0.0.1", 80)]
    [InlineData("[::1]:80", "::1", 80)]
    [InlineData("localhost:80", "127.0.0.1", 80)]
    public void Addresses_are_read_as_Go_programs_take_them(string text, string? host, int port) =>
        Assert.Equal(new ListenAddress(host is null ? null : IPAddress.Parse(host), port, false), ListenAddress.Parse(text));

    [Theory]
    [InlineData("example.org:80")]
    [InlineData(":70000")]
    [InlineData(":http")]
    public void Other_addresses_are_refused(string text) => Assert.Throws<FormatException>(() => ListenAddress.Parse(text));

    [Fact]
    public void An_instrument_that_cannot_be_read_is_left_out_and_logged_once_until_it_can_be_again()
    {
        var log = new RecordingLogger();
        var isBroken = true;
        using var exporter = new PrometheusExporter(_meter, TimeProvider.System, log);
        _meter.CreateObservableGauge("broken", Broken);
        _meter.CreateObservableGauge("whole", () => 7);

        var text = exporter.Render();
        exporter.Render();

        Assert.DoesNotContain("\nbroken{", text, StringComparison.Ordinal);
        Assert.Contains("\nwhole 7\n", text, StringComparison.Ordinal);
        Assert.Contains("process_cpu_seconds_total", text, StringComparison.Ordinal);
        Assert.Equal(["The metric broken cannot be read and is left out"], log.At(LogLevel.Error));

        isBroken = false;
        Assert.Contains("\nbroken{part=\"2\"} 2\n", exporter.Render(), StringComparison.Ordinal);
        isBroken = true;
        exporter.Render();
        Assert.Equal(2, log.Count(LogLevel.Error));

        IEnumerable<Measurement<int>> Broken()
        {
            yield return new Measurement<int>(1, new KeyValuePair<string, object?>("part", 1));
            yield return isBroken ? throw new OverflowException() : new Measurement<int>(2, new KeyValuePair<string, object?>("part", 2));
        }
    }

    [Fact]
    public void Instruments_are_written_under_their_own_names_with_escaped_labels()
    {
        using var meter = new Meter("test");
        using var exporter = new PrometheusExporter(meter, TimeProvider.System);
        var operations = meter.CreateCounter<long>("eni_operations_total", null, "ENI \\ operations.");
        operations.Add(2, new("operation", "attach"), new("a", "x\"y\n"));
        operations.Add(1, new("a", "x\"y\n"), new KeyValuePair<string, object?>("operation", "attach"));
        meter.CreateObservableGauge("enis", () => 7, null, "Now.");
        var depth = meter.CreateUpDownCounter<int>("depth");
        depth.Add(5);
        depth.Add(-2);
        var advice = new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.5, 1] };
        var duration = meter.CreateHistogram("duration_seconds", null, "Time.", null, advice);
        duration.Record(0.5, new KeyValuePair<string, object?>("k", "v"));
        duration.Record(2, new KeyValuePair<string, object?>("k", "v"));

        var text = exporter.Render();

        Assert.StartsWith(
            """
            # TYPE depth gauge
            depth 3
            # HELP duration_seconds Time.
            # TYPE duration_seconds histogram
            duration_seconds_bucket{k="v",le="0.5"} 1
            duration_seconds_bucket{k="v",le="1"} 1
            duration_seconds_bucket{k="v",le="+Inf"} 2
            duration_seconds_sum{k="v"} 2.5
            duration_seconds_count{k="v"} 2
            # HELP eni_operations_total ENI \\ operations.
            # TYPE eni_operations_total counter
            eni_operations_total{a="x\"y\n",operation="attach"} 3
            # HELP enis Now.
            # TYPE enis gauge
            enis 7
            """,
            text,
            StringComparison.Ordinal
        );
    }

    private static async Task<string> AskAsync(int port, string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", port, TestContext.Current.CancellationToken);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request), TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
    }

    private static async Task<(HttpStatusCode Status, string Body)> GetAsync(HttpClient http, string path)
    {
        using var response = await http.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
