using System.Diagnostics.Metrics;
using System.Globalization;
using System.Net.Sockets;

namespace MultiEni.Manager.Addresses;

/// <summary>Instruments of pods' addresses (docs/metrics.md).</summary>
internal sealed class AddressMetrics
{
    private readonly Histogram<double> _duration;
    private readonly Counter<long> _failures;

    /// <summary>Instruments of one node.</summary>
    /// <param name="meter">The meter of the process.</param>
    /// <param name="enis">The node's ENIs at present.</param>
    /// <param name="book">The address book at present; null while there is none.</param>
    public AddressMetrics(Meter meter, Func<IReadOnlyList<EniAddresses>> enis, Func<AddressBook?> book)
    {
        _duration = meter.CreateHistogram(
            "aws_multi_eni_ipam_request_duration_seconds",
            "s",
            "Time to answer the CNI plugin eni-ipam, by command.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5, 10] }
        );
        _failures = meter.CreateCounter<long>(
            "aws_multi_eni_ipam_failures_total",
            description: "Requests of eni-ipam that failed, by command and CNI error code."
        );
        meter.CreateObservableGauge(
            "aws_multi_eni_pod_addresses",
            () => book() is { } present ? enis().SelectMany(eni => Count(eni, present)) : [],
            description: "Addresses for pods, by NodeENI, ENI and state (used or free)."
        );
    }

    /// <summary>A request was answered.</summary>
    public void Answered(string command, int? code, TimeSpan duration)
    {
        _duration.Record(duration.TotalSeconds, Label("command", command));
        if (code is { } failed)
        {
            _failures.Add(1, Label("command", command), Label("code", failed.ToString(CultureInfo.InvariantCulture)));
        }
    }

    private static IEnumerable<Measurement<int>> Count(EniAddresses eni, AddressBook book)
    {
        var used = book.Leases.Values.Where(lease => lease.EniId == eni.EniId).Sum(lease => lease.Addresses.Length);
        yield return new(used, Label("nodeeni", eni.NodeEni), Label("eni", eni.EniId), Label("state", "used"));
        yield return new(
            AddressPool.Free(eni, AddressFamily.InterNetwork, book),
            Label("nodeeni", eni.NodeEni),
            Label("eni", eni.EniId),
            Label("state", "free")
        );
    }

    private static KeyValuePair<string, object?> Label(string key, string value) => new(key, value);
}
