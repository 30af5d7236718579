using Microsoft.Extensions.Logging;

namespace MultiEni.Controller.Telemetry;

/// <summary>Everything that the controller logs.</summary>
internal static partial class ControllerLog
{
    [LoggerMessage(2, LogLevel.Information, "Cluster {Cluster}: Kubernetes from {KubernetesSource}, EC2 in {Region}, credentials from {Credentials}")]
    public static partial void Starting(ILogger logger, string cluster, string kubernetesSource, string region, string credentials);

    [LoggerMessage(3, LogLevel.Information, "Caches are filled: {NodeEnis} NodeENIs, {Nodes} nodes, {Attachments} ENIAttachments")]
    public static partial void Synced(ILogger logger, int nodeEnis, int nodes, int attachments);

    [LoggerMessage(4, LogLevel.Information, "Leading; {Enis} ENIs of this cluster found in EC2")]
    public static partial void Leading(ILogger logger, int enis);

    [LoggerMessage(5, LogLevel.Warning, "The first sweep of EC2 failed and is tried again: {Failure}")]
    public static partial void FirstSweepFailed(ILogger logger, string failure);

    [LoggerMessage(6, LogLevel.Warning, "The sweep of EC2 failed; the next one is due after the reconcile period: {Failure}")]
    public static partial void SweepFailed(ILogger logger, string failure);

    [LoggerMessage(7, LogLevel.Error, "No leaked ENI is deleted: {Why}")]
    public static partial void LeakPassBlocked(ILogger logger, string why);

    [LoggerMessage(8, LogLevel.Warning, "Deleted leaked ENI {Eni} of slot {Slot}: {Reason}")]
    public static partial void LeakDeleted(ILogger logger, string eni, string slot, string reason);

    [LoggerMessage(9, LogLevel.Warning, "Leaked ENI {Eni} could not be deleted: {Failure}")]
    public static partial void LeakNotDeleted(ILogger logger, string eni, string failure);

    [LoggerMessage(10, LogLevel.Information, "Stopped")]
    public static partial void Stopped(ILogger logger);

    [LoggerMessage(13, LogLevel.Information, "Serving /healthz, /readyz and /metrics on port {Port}")]
    public static partial void Serving(ILogger logger, int port);

    [LoggerMessage(16, LogLevel.Warning, "The API server does not serve {Plural}, or their namespace does not exist; none are written: {Failure}")]
    public static partial void NotServed(ILogger logger, string plural, string failure);

    [LoggerMessage(17, LogLevel.Warning, "{Kind} {Name} belongs to somebody else and is left alone: {Failure}")]
    public static partial void OwnedByOthers(ILogger logger, string kind, string name, string failure);

    [LoggerMessage(15, LogLevel.Warning, "{Warning}")]
    public static partial void SettingWithoutEffect(ILogger logger, string warning);

    [LoggerMessage(18, LogLevel.Error, "Nothing is done, because {Obstacle}")]
    public static partial void HeldBack(ILogger logger, string obstacle);

    [LoggerMessage(14, LogLevel.Information, "The leak pass deletes again: no longer do suspiciously many ENIs look leaked")]
    public static partial void LeakPassReleased(ILogger logger);
}
