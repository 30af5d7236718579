using Microsoft.Extensions.Logging;

namespace MultiEni.Controller.Telemetry;

/// <summary>Everything that the controller logs.</summary>
internal static partial class ControllerLog
{
    [LoggerMessage(
        102,
        LogLevel.Information,
        "Cluster {Cluster}: Kubernetes from {KubernetesSource}, EC2 in {Region}, credentials from {Credentials}"
    )]
    public static partial void Starting(ILogger logger, string cluster, string kubernetesSource, string region, string credentials);

    [LoggerMessage(103, LogLevel.Information, "Caches are filled: {NodeEnis} NodeENIs, {Nodes} nodes, {Attachments} ENIAttachments")]
    public static partial void Synced(ILogger logger, int nodeEnis, int nodes, int attachments);

    [LoggerMessage(104, LogLevel.Information, "Leading; {Enis} ENIs of this cluster found in EC2")]
    public static partial void Leading(ILogger logger, int enis);

    [LoggerMessage(105, LogLevel.Warning, "The first sweep of EC2 failed and is tried again: {Failure}")]
    public static partial void FirstSweepFailed(ILogger logger, string failure);

    [LoggerMessage(106, LogLevel.Warning, "The sweep of EC2 failed; the next one is due after the reconcile period: {Failure}")]
    public static partial void SweepFailed(ILogger logger, string failure);

    [LoggerMessage(107, LogLevel.Error, "No leaked ENI is deleted: {Why}")]
    public static partial void LeakPassBlocked(ILogger logger, string why);

    [LoggerMessage(108, LogLevel.Warning, "Deleted leaked ENI {Eni} of slot {Slot}: {Reason}")]
    public static partial void LeakDeleted(ILogger logger, string eni, string slot, string reason);

    [LoggerMessage(109, LogLevel.Warning, "Leaked ENI {Eni} could not be deleted: {Failure}")]
    public static partial void LeakNotDeleted(ILogger logger, string eni, string failure);

    [LoggerMessage(190, LogLevel.Information, "Released the adopted ENI {Eni} of slot {Slot}: no ENIAttachment wants it")]
    public static partial void OrphanReleased(ILogger logger, string eni, string slot);

    [LoggerMessage(191, LogLevel.Warning, "The adopted ENI {Eni}, which no ENIAttachment wants, could not be released: {Failure}")]
    public static partial void OrphanNotReleased(ILogger logger, string eni, string failure);

    [LoggerMessage(110, LogLevel.Information, "Stopped")]
    public static partial void Stopped(ILogger logger);

    [LoggerMessage(113, LogLevel.Information, "Serving /healthz, /readyz and /metrics on port {Port}")]
    public static partial void Serving(ILogger logger, int port);

    [LoggerMessage(116, LogLevel.Warning, "The API server does not serve {Plural}, or their namespace does not exist; none are written: {Failure}")]
    public static partial void NotServed(ILogger logger, string plural, string failure);

    [LoggerMessage(117, LogLevel.Warning, "{Kind} {Name} is not managed by this controller and is left alone: {Failure}")]
    public static partial void OwnedByOthers(ILogger logger, string kind, string name, string failure);

    [LoggerMessage(115, LogLevel.Warning, "{Warning}")]
    public static partial void SettingWithoutEffect(ILogger logger, string warning);

    [LoggerMessage(118, LogLevel.Error, "Not started: {Obstacle}")]
    public static partial void HeldBack(ILogger logger, string obstacle);

    [LoggerMessage(114, LogLevel.Information, "Leaked ENIs are deleted again: their number is plausible again")]
    public static partial void LeakPassReleased(ILogger logger);
}
