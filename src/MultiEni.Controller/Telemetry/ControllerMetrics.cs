using System.Diagnostics.Metrics;
using MultiEni.Controller.Ec2.Failures;

namespace MultiEni.Controller.Telemetry;

/// <summary>
/// What the controller counts of its own doings. The names are those of the Go controller, which
/// declared and never served them.
/// </summary>
internal sealed class ControllerMetrics
{
    private readonly Counter<long> _operations;
    private readonly Counter<long> _errors;
    private readonly Counter<long> _leaksFound;
    private readonly Counter<long> _leaksDeleted;

    public ControllerMetrics(
        Meter meter,
        Func<int> attachments,
        Func<int> candidates,
        Func<bool> blocked,
        Func<int> deniedPermissions,
        Func<IEnumerable<Measurement<long>>> podAddresses,
        Func<IEnumerable<Measurement<int>>> retained
    )
    {
        _operations = meter.CreateCounter<long>("eni_operations_total", description: "EC2 operations on ENIs by operation and status.");
        _errors = meter.CreateCounter<long>(
            "eni_operation_errors_total",
            description: "Failed EC2 operations on ENIs by operation and type of error."
        );
        _leaksFound = meter.CreateCounter<long>("eni_leaked_total", description: "Leaked ENIs found, by reason.");
        _leaksDeleted = meter.CreateCounter<long>("eni_leaks_deleted_total", description: "Leaked ENIs deleted, by reason.");
        meter.CreateObservableGauge("eni_attachments_total", attachments, description: "ENIAttachments that exist.");
        meter.CreateObservableGauge("eni_leak_candidates", candidates, description: "ENIs that look leaked and are deleted after the grace period.");
        meter.CreateObservableGauge(
            "eni_leak_pass_blocked",
            () => blocked() ? 1 : 0,
            description: "1 while so many ENIs look leaked that none is deleted; the log says what to do."
        );
        meter.CreateObservableGauge("eni_pod_addresses", podAddresses, description: "Addresses for pods, by NodeENI and state.");
        meter.CreateObservableGauge("eni_retained", retained, description: "ENIs that are kept for the next node, by NodeENI.");
        meter.CreateObservableGauge("ec2_permissions_denied", deniedPermissions, description: "EC2 permissions that the controller's role lacks.");
    }

    public void Succeeded(string operation) => _operations.Add(1, new("operation", operation), new("status", "success"));

    public void Failed(string operation, Ec2Failure failure)
    {
        _operations.Add(1, new("operation", operation), new("status", "error"));
        _errors.Add(1, new("operation", operation), new("error_type", failure.Reaction.Category));
    }

    public void LeakFound(string reason) => _leaksFound.Add(1, new KeyValuePair<string, object?>("reason", reason));

    public void LeakDeleted(string reason) => _leaksDeleted.Add(1, new KeyValuePair<string, object?>("reason", reason));
}
