using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using MultiEni.Api.EniAttachments;
using MultiEni.Manager.Counters;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Host;
using MultiEni.Operator.Diagnostics;

namespace MultiEni.Manager.Tests.Counters;

public sealed class EniCountersTests : IDisposable
{
    private readonly Meter _meter = new("test");
    private readonly FakeTimeProvider _time = new();
    private readonly Kernel _kernel = new();
    private readonly EniCounters _counters;
    private readonly PrometheusExporter _exporter;
    private IReadOnlyList<(string, string)> _devices = [];
    private Func<HostObservation> _host = A.HostWithEni;
    private Func<Task> _kubelet = () => Task.CompletedTask;

    public EniCountersTests()
    {
        _counters = new EniCounters(
            new NodeHost(_kernel, null!, null!, _kernel, _kernel),
            CounterAllowlist.Ena,
            "node-1",
            _time,
            NullLogger.Instance
        );
        _counters.Show(_meter);
        _exporter = new PrometheusExporter(_meter, _time);
        _exporter.ReadBeforeScrape(_counters.RefreshAsync);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _exporter.Dispose();
        _counters.Dispose();
        _meter.Dispose();
    }

    [Fact]
    public async Task Every_metric_is_served_before_there_is_an_ENI()
    {
        var text = await _exporter.RenderAsync(Stop);
        Assert.All(
            EniMetric.All,
            metric => Assert.Contains($"# TYPE {metric.Name} {(metric.IsCounter ? "counter" : "gauge")}\n", text, StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task Many_scrapes_read_once_a_second()
    {
        Begin();
        for (var scrape = 0; scrape < 5; scrape++)
        {
            await _exporter.RenderAsync(Stop);
        }

        Assert.Equal(1, _kernel.Reads);
        _time.Advance(TimeSpan.FromSeconds(1));
        await _exporter.RenderAsync(Stop);
        Assert.Equal(2, _kernel.Reads);
    }

    [Fact]
    public async Task An_interface_that_is_another_device_by_now_has_no_values()
    {
        Begin();
        _kernel.BusAddress = A.OtherAddress.ToString();
        var text = await _exporter.RenderAsync(Stop);
        Assert.Contains("source=\"none\"", text, StringComparison.Ordinal);
        Assert.DoesNotContain("bandwidth_in", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_driver_that_hangs_costs_two_seconds_and_no_other_metric()
    {
        Begin();
        _kernel.Hangs = true;
        var scrape = _exporter.RenderAsync(Stop);
        await Eventually.Holds(() => Task.FromResult(_kernel.Reads == 1), () => "the read to begin");
        Assert.False(scrape.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(2));
        var text = await scrape;
        Assert.Contains("source=\"none\"", text, StringComparison.Ordinal);
        Assert.Contains("process_cpu_seconds_total", text, StringComparison.Ordinal);

        // It still hangs, and is not read a second time before that has ended.
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Contains("source=\"none\"", await _exporter.RenderAsync(Stop), StringComparison.Ordinal);
        Assert.Equal(1, _kernel.Reads);
        _kernel.Return();
        await Eventually.Holds(
            async () =>
            {
                _time.Advance(TimeSpan.FromSeconds(1));
                return (await _exporter.RenderAsync(Stop)).Contains("source=\"kernel\"", StringComparison.Ordinal);
            },
            () => "the driver to be read again"
        );
    }

    [Fact]
    public async Task A_pod_that_has_the_device_is_a_label()
    {
        _devices = [(A.Address.ToString(), "default/router")];
        Begin();
        Assert.Contains(
            "aws_multi_eni_allowance_exceeded_total{allowance=\"bandwidth_in\",eni=\"eni-a\",namespace=\"default\",node=\"node-1\",nodeeni=\"\",pod=\"router\",subnet=\"\"} 3",
            (await _exporter.RenderAsync(Stop)).Split('\n')
        );
    }

    [Fact]
    public async Task A_kubelet_that_does_not_answer_costs_the_pods_and_not_the_numbers()
    {
        _kubelet = () => throw new IOException("no kubelet");
        Begin();
        Assert.Contains("bandwidth_in", await _exporter.RenderAsync(Stop), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_device_of_a_DPDK_program_has_the_numbers_of_the_program()
    {
        _host = () => A.Host([A.BoundDevice()]);
        Begin();
        var text = "";
        await Eventually.Holds(
            async () =>
            {
                _time.Advance(TimeSpan.FromSeconds(1));
                return (text = await _exporter.RenderAsync(Stop)).Contains("source=\"dpdk\"", StringComparison.Ordinal);
            },
            () => $"the program to be found\n{text}"
        );
        Assert.Contains("aws_multi_eni_link_up{eni=\"eni-a\",namespace=\"\",node=\"node-1\",nodeeni=\"\",pod=\"\",subnet=\"\"} 0", text.Split('\n'));
        Assert.Equal(Kernel.Program, _kernel.Asked);

        // It has ended.
        _kernel.Node = "";
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Contains("source=\"none\"", await _exporter.RenderAsync(Stop), StringComparison.Ordinal);
    }

    private void Begin()
    {
        var attachment = A.Attachment();
        attachment.Status!.Device = new DeviceStatus
        {
            AttachmentId = attachment.Status.Network!.AttachmentId,
            PciAddress = A.Address.ToString(),
            BootId = A.Boot,
        };
        _counters.Begin(
            () => [attachment],
            _host,
            async _ =>
            {
                await _kubelet();
                return _devices;
            },
            _ => []
        );
    }

    private sealed class Kernel : IDriverCounters, IDpdkTelemetry, IHostFiles
    {
        private int _reads;

        public int Reads => Volatile.Read(ref _reads);

        private readonly TaskCompletionSource _returned = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool Hangs { get; set; }

        public void Return()
        {
            Hangs = false;
            _returned.SetResult();
        }

        public string BusAddress { get; set; } = A.Address.ToString();

        public async ValueTask<DriverCounters?> ReadAsync(string interfaceName, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _reads);
            await (Hangs ? _returned.Task : Task.CompletedTask);
            return interfaceName == "ens6" ? new DriverCounters(BusAddress, [new DriverCounter("bw_in_allowance_exceeded", 3)]) : null;
        }

        public ValueTask<string?> ReadTextAsync(string path, CancellationToken cancellationToken) =>
            ValueTask.FromResult<string?>(
                path.EndsWith("/dev", StringComparison.Ordinal) ? "511:0"
                : path == $"/proc/{Program}/fdinfo/3" ? "flags:\t02"
                : ""
            );

        public ValueTask<string?> ReadDeviceNumberAsync(string path, CancellationToken cancellationToken) =>
            ValueTask.FromResult<string?>(path == $"/proc/{Program}/fd/3" ? "511:0" : null);

        public const int Program = 4711;

        public string Node { get; set; } = "/dev/vfio/noiommu-0";

        public int Asked { get; private set; }

        public ValueTask<DpdkPort?> ReadAsync(int process, PciAddress device, CancellationToken cancellationToken)
        {
            Asked = process;
            return ValueTask.FromResult<DpdkPort?>(device == A.Address ? new DpdkPort(false, [new DriverCounter("ipackets", 1)], []) : null);
        }

        public ValueTask<string?> ReadLinkAsync(string path, CancellationToken cancellationToken) =>
            ValueTask.FromResult<string?>(path == $"/proc/{Program}/fd/3" ? Node : null);

        public ValueTask<IReadOnlyList<string>> ListAsync(string path, CancellationToken cancellationToken) =>
            ValueTask.FromResult<IReadOnlyList<string>>(path == "/proc" ? [$"{Program}"] : ["3"]);

        public ValueTask<bool> ExistsAsync(string path, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<Errno> WriteAsync(string path, string text, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<Errno> ProbeOpenAsync(string path, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
