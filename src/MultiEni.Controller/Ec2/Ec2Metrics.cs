using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace MultiEni.Controller.Ec2;

/// <summary>
/// Instruments of the EC2 edge (docs/reference/ec2.md#rate-budget), and beside them those under the
/// names that existing dashboards use.
/// </summary>
internal sealed class Ec2Metrics
{
    private const string Service = "ec2";

    private readonly Histogram<double> _limiterWait;
    private readonly Counter<long> _requests;
    private readonly Counter<long> _throttles;
    private readonly Gauge<double> _effectiveRefill;
    private readonly Counter<long> _calls;
    private readonly Histogram<double> _callDuration;
    private readonly Counter<long> _errors;
    private readonly Counter<long> _throttlingEvents;

    /// <summary>Adds the instruments to the controller's meter.</summary>
    public Ec2Metrics(Meter meter)
    {
        _limiterWait = meter.CreateHistogram<double>("ec2_limiter_wait_seconds", "s", "Time calls waited for the request budget.");
        _requests = meter.CreateCounter<long>("ec2_requests_total", description: "Requests sent, by API and outcome code.");
        _throttles = meter.CreateCounter<long>("ec2_throttles_total", description: "Requests refused for their rate.");
        _effectiveRefill = meter.CreateGauge<double>("ec2_refill_effective", "{request}/s", "Requests a second the budget now grants.");
        _calls = meter.CreateCounter<long>("aws_api_calls_total", description: "Calls of AWS APIs, by outcome.");
        _callDuration = meter.CreateHistogram<double>("aws_api_call_duration_seconds", "s", "Time from sending a request to its answer.");
        _errors = meter.CreateCounter<long>("aws_api_errors_total", description: "Failed calls of AWS APIs, by class of error.");
        _throttlingEvents = meter.CreateCounter<long>("aws_throttling_events_total", description: "Calls refused for their rate.");
    }

    internal void Waited(string api, TimeSpan time) => _limiterWait.Record(time.TotalSeconds, new KeyValuePair<string, object?>("api", api));

    internal void RefillChanged(string api, double tokensPerSecond) =>
        _effectiveRefill.Record(tokensPerSecond, new KeyValuePair<string, object?>("api", api));

    internal void Throttled(string api)
    {
        _throttles.Add(1, new KeyValuePair<string, object?>("api", api));
        _throttlingEvents.Add(1, new("service", Service), new("operation", api));
    }

    internal void Succeeded(string api, TimeSpan duration) => Sent(api, "OK", "success", duration);

    internal void Failed(string api, string code, string category, TimeSpan duration)
    {
        Sent(api, code, "error", duration);
        _errors.Add(1, new("service", Service), new("operation", api), new("error_category", category));
    }

    private void Sent(string api, string code, string status, TimeSpan duration)
    {
        _requests.Add(1, new("api", api), new("code", code));
        _calls.Add(1, new("service", Service), new("operation", api), new("status", status));
        _callDuration.Record(duration.TotalSeconds, new("service", Service), new("operation", api));
    }
}

/// <summary>All that the EC2 edge writes to the log.</summary>
internal static partial class Ec2Log
{
    [LoggerMessage(EventId = 2001, Level = LogLevel.Warning, Message = "Polling ENIs in transition failed and will be repeated")]
    public static partial void PollFailed(ILogger logger, Exception exception);

    [LoggerMessage(EventId = 2002, Level = LogLevel.Debug, Message = "Swept {Count} ENIs in {Pages} pages")]
    public static partial void Swept(ILogger logger, int count, int pages);

    [LoggerMessage(EventId = 2003, Level = LogLevel.Information, Message = "ENI {Eni} no longer exists")]
    public static partial void EniGone(ILogger logger, string eni);
}
