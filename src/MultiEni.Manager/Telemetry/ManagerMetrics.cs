using System.Diagnostics.Metrics;

namespace MultiEni.Manager.Telemetry;

/// <summary>
/// The agent's instruments, under the names of docs/reference/go-controller.md#metrics and really
/// recorded.
/// </summary>
internal sealed class ManagerMetrics
{
    private readonly Meter _meter;
    private readonly string _node;
    private readonly Counter<long> _operations;
    private readonly Counter<long> _errors;
    private readonly Counter<long> _rollbacks;
    private readonly Counter<long> _files;
    private readonly Counter<long> _restarts;
    private readonly Counter<long> _statusWrites;
    private readonly Histogram<double> _duration;
    private int _changing;

    /// <summary>Instruments of one node.</summary>
    /// <param name="meter">The meter of the process.</param>
    /// <param name="node">The node, as a label.</param>
    /// <param name="bound">Number of devices bound at present, by driver.</param>
    public ManagerMetrics(Meter meter, string node, Func<IEnumerable<KeyValuePair<string, int>>> bound)
    {
        _meter = meter;
        _node = node;
        _operations = _meter.CreateCounter<long>("dpdk_operations_total", description: "Driver changes, by outcome.");
        _errors = _meter.CreateCounter<long>("dpdk_binding_errors_total", description: "Failed driver changes, by condition reason.");
        _rollbacks = _meter.CreateCounter<long>("dpdk_rollbacks_total", description: "Failed binds that were rolled back to the kernel driver.");
        _files = _meter.CreateCounter<long>("aws_multi_eni_sriov_config_operations_total", description: "Writes of the SR-IOV device plugin's file.");
        _restarts = _meter.CreateCounter<long>(
            "aws_multi_eni_sriov_device_plugin_restarts_total",
            description: "Restarts of the SR-IOV device plugin."
        );
        _statusWrites = _meter.CreateCounter<long>("aws_multi_eni_status_writes_total", description: "Status writes to ENIAttachments.");
        _duration = _meter.CreateHistogram(
            "aws_multi_eni_dpdk_bind_operation_duration_seconds",
            "s",
            "Duration of driver changes.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60] }
        );
        _meter.CreateObservableGauge(
            "aws_multi_eni_dpdk_bound_interfaces",
            () => bound().Select(pair => new Measurement<int>(pair.Value, Label("driver", pair.Key), Label("node", node))),
            description: "Devices bound to a user-space driver."
        );
        _meter.CreateObservableGauge(
            "aws_multi_eni_concurrent_dpdk_operations",
            () => Volatile.Read(ref _changing),
            description: "Driver changes in progress."
        );
    }

    /// <summary>Shows what is advertised from now on.</summary>
    /// <param name="resources">The resource of each device that is advertised at present.</param>
    public void ShowAdvertised(Func<IEnumerable<string>> resources) =>
        _meter.CreateObservableGauge(
            "aws_multi_eni_sriov_resources",
            () =>
                resources()
                    .CountBy(resource => resource)
                    .Select(pair => new Measurement<int>(pair.Value, Label("resource_name", pair.Key), Label("node", _node))),
            description: "Devices advertised to the kubelet, by resource."
        );

    /// <summary>A change of driver begins; it ends when the result is disposed.</summary>
    public IDisposable DriverChanging()
    {
        Interlocked.Increment(ref _changing);
        return new Change(this);
    }

    /// <summary>A change of driver ended.</summary>
    /// <param name="operation"><c>bind</c> or <c>unbind</c>.</param>
    /// <param name="driver">The user-space driver.</param>
    /// <param name="reason">Condition reason of the failure; null for success.</param>
    /// <param name="duration">How long it took.</param>
    public void DriverChanged(string operation, string driver, string? reason, TimeSpan duration)
    {
        var status = reason is null ? "success" : "error";
        _operations.Add(1, Label("operation", operation), Label("status", status), Label("node", _node));
        _duration.Record(duration.TotalSeconds, Label("driver", driver), Label("operation_type", operation), Label("status", status));
        if (reason is not null)
        {
            _errors.Add(1, Label("error_type", reason), Label("node", _node));
        }
    }

    /// <summary>A failed bind was undone.</summary>
    public void RolledBack() => _rollbacks.Add(1, Label("node", _node));

    /// <summary>The device plugin's file was written, or could not be.</summary>
    public void PluginFileWritten(string status) => _files.Add(1, Label("operation_type", "update"), Label("status", status));

    /// <summary>The device plugin was restarted.</summary>
    public void PluginRestarted() => _restarts.Add(1, Label("node", _node));

    /// <summary>A status was written.</summary>
    public void StatusWritten() => _statusWrites.Add(1, Label("node", _node));

    private sealed class Change(ManagerMetrics metrics) : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref metrics._changing);
    }

    private static KeyValuePair<string, object?> Label(string key, string value) => new(key, value);
}
