using System.Globalization;
using System.Net;
using System.Net.Sockets;
using MultiEni.Api;
using MultiEni.Manager.Devices;
using MultiEni.Simulator.Nodes;

namespace MultiEni.Manager.Tests.Wire;

/// <summary>
/// Alone, because instruments are those of the process: the agents of other tests would be counted
/// as well.
/// </summary>
[Collection(nameof(MetricsTests))]
[CollectionDefinition(nameof(MetricsTests), DisableParallelization = true)]
public sealed class MetricsTests
{
    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [Fact]
    public async Task What_the_agent_does_is_counted_and_served()
    {
        var port = FreePort();
        await using var bench = await AgentBench.StartAsync(environment: ("METRICS_ADDR", $"127.0.0.1:{port}"));
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        bench.Node.Faults.FailProbes("vfio-pci", LinuxErrors.Invalid, times: 1);
        bench.Attach("a", 1);
        await bench.UntilAdvertised("a");
        var text = await http.GetStringAsync("/metrics", AgentBench.Stop);
        var node = bench.NodeName;
        Assert.All(
            [
                $"dpdk_operations_total{{node=\"{node}\",operation=\"bind\",status=\"success\"}} 1",
                $"dpdk_operations_total{{node=\"{node}\",operation=\"bind\",status=\"error\"}} 1",
                $"dpdk_binding_errors_total{{error_type=\"BindFailed\",node=\"{node}\"}} 1",
                $"dpdk_rollbacks_total{{node=\"{node}\"}} 1",
                $"aws_multi_eni_dpdk_bound_interfaces{{driver=\"vfio-pci\",node=\"{node}\"}} 1",
                $"aws_multi_eni_sriov_resources{{node=\"{node}\",resource_name=\"intel.com/intel_sriov_netdevice_1\"}} 1",
                "aws_multi_eni_concurrent_dpdk_operations 0",
                "aws_multi_eni_dpdk_bind_operation_duration_seconds_count{driver=\"vfio-pci\",operation_type=\"bind\",status=\"success\"} 1",
            ],
            line => Assert.Contains(line, text.Split('\n'))
        );
        Assert.Equal("ok\n", await http.GetStringAsync("/readyz", AgentBench.Stop));
        bench.Delete("a");
        await bench.Until(() => !bench.HasFinalizer("a", Names.DeviceFinalizer), "the release");
        Assert.Contains(
            $"dpdk_operations_total{{node=\"{node}\",operation=\"unbind\",status=\"success\"}} 1",
            (await http.GetStringAsync("/metrics", AgentBench.Stop)).Split('\n')
        );
    }

    [Fact]
    public async Task The_numbers_of_each_ENI_are_read_when_they_are_scraped_and_say_whose_they_are()
    {
        var port = FreePort();
        await using var bench = await AgentBench.StartAsync(environment: ("METRICS_ADDR", $"127.0.0.1:{port}"));
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        bench.Attach("a", 1);
        bench.Attach("b", 2, device => device["use"] = "Plain");
        await bench.UntilAdvertised("a");
        await bench.Until(() => bench.IsTrue("b", ConditionTypes.Configured), "b to be configured");
        bench.Node.Count("02:00:00:00:01:02", "conntrack_allowance_exceeded", 7);
        bench.Node.Count("02:00:00:00:01:02", "queue_0_tx_missed_tx", 3);

        var labels = $"namespace=\"\",node=\"{bench.NodeName}\",nodeeni=\"dpdk\",pod=\"\"";
        string[] expected =
        [
            $"aws_multi_eni_allowance_exceeded_total{{allowance=\"connections\",eni=\"eni-b\",{labels},subnet=\"subnet-12345678\"}} 7",
            $"aws_multi_eni_driver_events_total{{eni=\"eni-b\",event=\"missed_transmit\",{labels},subnet=\"subnet-12345678\"}} 3",
            $"aws_multi_eni_traffic_bytes_total{{direction=\"transmit\",eni=\"eni-b\",{labels},subnet=\"subnet-12345678\"}} 0",
            $"aws_multi_eni_counter_source{{eni=\"eni-b\",{labels},source=\"kernel\",subnet=\"subnet-12345678\"}} 1",
            // Bound to vfio-pci: the kernel counts nothing of it.
            $"aws_multi_eni_counter_source{{eni=\"eni-a\",{labels},source=\"none\",subnet=\"subnet-12345678\"}} 1",
        ];
        var text = "";
        await Eventually.Holds(
            async () => (text = await http.GetStringAsync("/metrics", AgentBench.Stop)).Split('\n').Intersect(expected).Count() == expected.Length,
            () => $"the numbers of both ENIs\n{text}\n{bench.Log}"
        );
        Assert.DoesNotContain(
            "eni-a",
            string.Join('\n', text.Split('\n').Where(line => line.StartsWith("aws_multi_eni_traffic", StringComparison.Ordinal))),
            StringComparison.Ordinal
        );
        // Cardinality: what docs/metrics.md#enis promises of one ENI.
        Assert.InRange(text.Split('\n').Count(line => line.Contains("eni=\"eni-b\"", StringComparison.Ordinal)), 10, 30);
    }

    /// <summary>A driver that hangs with the kernel's lock for links is the usual cause.</summary>
    [Fact]
    public async Task A_kernel_that_does_not_answer_is_in_the_status_and_in_the_metrics_and_the_agent_goes_on()
    {
        var port = FreePort();
        await using var bench = await AgentBench.StartClusterAsync(environment: ("METRICS_ADDR", $"127.0.0.1:{port}"));
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        bench.StartAgent(settings => settings with { ReadLimit = TimeSpan.FromSeconds(2) });
        bench.Attach("a", 1);
        await bench.UntilAdvertised("a");
        using (bench.Node.Faults.BlockReads(SysfsPaths.BootId))
        {
            bench.Delete("a");
            var named = $"Reading {SysfsPaths.BootId} has not returned within 2 s";
            await bench.UntilReason("a", ConditionTypes.Released, Reasons.ReconcileFailed, named);
            // What the controller takes for a sign of life.
            Assert.NotNull(bench.Find("a")!["status"]!["device"]!["releaseHeartbeatTime"]);
            Assert.True(bench.HasFinalizer("a", Names.DeviceFinalizer));
            // The status is written before the outcome is counted.
            var failures = 0;
            await Eventually.Holds(async () => (failures = await FailuresAsync(http)) > 0, () => $"the failure to be counted\n{bench.Log}");
            await Eventually.Holds(async () => await FailuresAsync(http) > failures, () => $"another attempt\n{bench.Log}");
        }

        await bench.Until(() => !bench.HasFinalizer("a", Names.DeviceFinalizer), "the release");
    }

    private static async Task<int> FailuresAsync(HttpClient http) =>
        (await http.GetStringAsync("/metrics", AgentBench.Stop))
            .Split('\n')
            .Where(line =>
                line.StartsWith("reconcile_total{", StringComparison.Ordinal) && line.Contains("result=\"error\"", StringComparison.Ordinal)
            )
            .Sum(line => int.Parse(line.Split(' ')[^1], CultureInfo.InvariantCulture));
}
