using Microsoft.Extensions.Logging;

namespace MultiEni.Operator;

/// <summary>Log messages of the runtime, event IDs 1 to 99.</summary>
internal static partial class OperatorLog
{
    [LoggerMessage(1, LogLevel.Information, "Listed {kind}: {count} objects at resource version {version}")]
    public static partial void Listed(ILogger logger, string kind, int count, string? version);

    [LoggerMessage(2, LogLevel.Warning, "List or watch of {kind} failed, retrying in {delay}: {failure}")]
    public static partial void ContactLost(ILogger logger, string kind, TimeSpan delay, string failure);

    [LoggerMessage(3, LogLevel.Debug, "List or watch of {kind} still fails, retrying in {delay}: {failure}")]
    public static partial void StillNoContact(ILogger logger, string kind, TimeSpan delay, string failure);

    [LoggerMessage(4, LogLevel.Information, "List and watch of {kind} recovered")]
    public static partial void ContactBack(ILogger logger, string kind);

    [LoggerMessage(5, LogLevel.Information, "Resource version of {kind} expired, relisting")]
    public static partial void Expired(ILogger logger, string kind);

    [LoggerMessage(10, LogLevel.Warning, "{loop}: reconcile of {key} failed, attempt {attempt}, retrying in {delay}: {failure}")]
    public static partial void ReconcileFailed(
        ILogger logger,
        Exception exception,
        string loop,
        string key,
        int attempt,
        TimeSpan delay,
        string failure
    );

    [LoggerMessage(11, LogLevel.Debug, "{loop}: reconcile of {key} still fails, attempt {attempt}, retrying in {delay}")]
    public static partial void ReconcileStillFails(ILogger logger, Exception exception, string loop, string key, int attempt, TimeSpan delay);

    [LoggerMessage(12, LogLevel.Warning, "{loop}: reconciles did not finish within {grace} and are cancelled")]
    public static partial void WorkCutShort(ILogger logger, string loop, TimeSpan grace);

    [LoggerMessage(13, LogLevel.Information, "{loop}: reconcile of {key} recovered")]
    public static partial void ReconcileRecovered(ILogger logger, string loop, string key);

    [LoggerMessage(20, LogLevel.Information, "Became leader as {identity}")]
    public static partial void Leading(ILogger logger, string identity);

    [LoggerMessage(21, LogLevel.Information, "On standby as {identity}; the leader is {holder}")]
    public static partial void StandingBy(ILogger logger, string identity, string? holder);

    [LoggerMessage(22, LogLevel.Warning, "Failed to acquire or renew the Lease: {failure}")]
    public static partial void LeaseAttemptFailed(ILogger logger, string failure);

    [LoggerMessage(23, LogLevel.Error, "Lost leadership: {why}")]
    public static partial void LeadershipLost(ILogger logger, string why);

    [LoggerMessage(24, LogLevel.Information, "Released the Lease")]
    public static partial void LeaseReleased(ILogger logger);

    [LoggerMessage(25, LogLevel.Warning, "Failed to release the Lease, it will expire: {failure}")]
    public static partial void LeaseNotReleased(ILogger logger, string failure);

    [LoggerMessage(30, LogLevel.Warning, "Dropped event {reason} about {name}: {failure}")]
    public static partial void EventDropped(ILogger logger, string reason, string? name, string failure);

    [LoggerMessage(40, LogLevel.Information, "Serving health and metrics on port {port}")]
    public static partial void DiagnosticsListening(ILogger logger, int port);

    [LoggerMessage(41, LogLevel.Error, "The metric {name} cannot be read and is left out")]
    public static partial void MetricUnreadable(ILogger logger, Exception failure, string name);

    [LoggerMessage(50, LogLevel.Information, "Setting {name} = {value} ({source})")]
    public static partial void Setting(ILogger logger, string name, string value, string source);

    [LoggerMessage(51, LogLevel.Error, "Failed to start: {failure}")]
    public static partial void CannotStart(ILogger logger, string failure);

    [LoggerMessage(52, LogLevel.Error, "Lost leadership; exiting to restart with fresh state: {failure}")]
    public static partial void EndsWithoutLeadership(ILogger logger, string failure);

    [LoggerMessage(53, LogLevel.Critical, "Exiting after an unexpected error; the kubelet restarts the container")]
    public static partial void EndsUnexpectedly(ILogger logger, Exception failure);
}
