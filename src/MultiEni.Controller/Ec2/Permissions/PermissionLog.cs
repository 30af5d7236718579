using Microsoft.Extensions.Logging;

namespace MultiEni.Controller.Ec2.Permissions;

/// <summary>What the permission check writes to the log.</summary>
internal static partial class PermissionLog
{
    [LoggerMessage(EventId = 2101, Level = LogLevel.Error, Message = "The controller's role may not call ec2:{Action}: {Refusal}")]
    public static partial void Denied(ILogger logger, string action, string refusal);

    [LoggerMessage(EventId = 2102, Level = LogLevel.Warning, Message = "Whether all permissions are granted could not be found out: {Failure}")]
    public static partial void CheckFailed(ILogger logger, string failure);
}
