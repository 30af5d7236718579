using Microsoft.Extensions.Logging;

namespace MultiEni.Operator;

/// <summary>Everything the runtime logs. Event ids 1 to 99 belong to it.</summary>
internal static partial class OperatorLog
{
    [LoggerMessage(1, LogLevel.Information, "Following {kind}: {count} objects at version {version}")]
    public static partial void Listed(ILogger logger, string kind, int count, string? version);

    [LoggerMessage(2, LogLevel.Warning, "Lost contact while following {kind}; trying again in {delay}: {failure}")]
    public static partial void ContactLost(ILogger logger, string kind, TimeSpan delay, string failure);

    [LoggerMessage(3, LogLevel.Debug, "Still no contact while following {kind}; trying again in {delay}: {failure}")]
    public static partial void StillNoContact(ILogger logger, string kind, TimeSpan delay, string failure);

    [LoggerMessage(4, LogLevel.Information, "Contact is back for {kind}")]
    public static partial void ContactBack(ILogger logger, string kind);

    [LoggerMessage(5, LogLevel.Information, "The known version of {kind} has expired; listing again")]
    public static partial void Expired(ILogger logger, string kind);

    [LoggerMessage(10, LogLevel.Warning, "{loop}: {key} failed, attempt {attempt}, again in {delay}: {failure}")]
    public static partial void ReconcileFailed(
        ILogger logger,
        Exception exception,
        string loop,
        string key,
        int attempt,
        TimeSpan delay,
        string failure
    );

    [LoggerMessage(11, LogLevel.Debug, "{loop}: {key} fails as before, attempt {attempt}, again in {delay}")]
    public static partial void ReconcileStillFails(ILogger logger, Exception exception, string loop, string key, int attempt, TimeSpan delay);

    [LoggerMessage(12, LogLevel.Warning, "{loop}: running work did not finish within {grace} and is cancelled")]
    public static partial void WorkCutShort(ILogger logger, string loop, TimeSpan grace);

    [LoggerMessage(13, LogLevel.Information, "{loop}: {key} succeeds again")]
    public static partial void ReconcileRecovered(ILogger logger, string loop, string key);

    [LoggerMessage(20, LogLevel.Information, "Leading as {identity}")]
    public static partial void Leading(ILogger logger, string identity);

    [LoggerMessage(21, LogLevel.Information, "Standing by as {identity}; the leader is {holder}")]
    public static partial void StandingBy(ILogger logger, string identity, string? holder);

    [LoggerMessage(22, LogLevel.Warning, "Attempt on the lease failed: {failure}")]
    public static partial void LeaseAttemptFailed(ILogger logger, string failure);

    [LoggerMessage(23, LogLevel.Error, "Leadership is lost: {why}")]
    public static partial void LeadershipLost(ILogger logger, string why);

    [LoggerMessage(24, LogLevel.Information, "The lease is given back")]
    public static partial void LeaseReleased(ILogger logger);

    [LoggerMessage(25, LogLevel.Warning, "The lease could not be given back and will expire: {failure}")]
    public static partial void LeaseNotReleased(ILogger logger, string failure);

    [LoggerMessage(30, LogLevel.Warning, "Event {reason} about {name} is dropped: {failure}")]
    public static partial void EventDropped(ILogger logger, string reason, string? name, string failure);

    [LoggerMessage(40, LogLevel.Information, "Diagnostics are served on port {port}")]
    public static partial void DiagnosticsListening(ILogger logger, int port);

    [LoggerMessage(50, LogLevel.Information, "Setting {name} = {value} ({source})")]
    public static partial void Setting(ILogger logger, string name, string value, string source);

    [LoggerMessage(51, LogLevel.Error, "Cannot start: {failure}")]
    public static partial void CannotStart(ILogger logger, string failure);

    [LoggerMessage(52, LogLevel.Error, "Leadership is lost; exiting, so that a fresh start observes the state anew: {failure}")]
    public static partial void EndsWithoutLeadership(ILogger logger, string failure);

    [LoggerMessage(53, LogLevel.Critical, "Exiting after an unexpected error; the pod is started again")]
    public static partial void EndsUnexpectedly(ILogger logger, Exception failure);
}
