using Microsoft.Extensions.Logging;

namespace MultiEni.Controller.Imds;

/// <summary>What the hop-limit configuration writes to the log.</summary>
internal static partial class ImdsLog
{
    [LoggerMessage(EventId = 3001, Level = LogLevel.Information, Message = "Raised the metadata hop limit of {Instance} from {Before} to {After}")]
    public static partial void Raised(ILogger logger, string instance, int before, int after);

    [LoggerMessage(EventId = 3002, Level = LogLevel.Warning, Message = "The metadata hop limit could not be set and is tried again: {Failure}")]
    public static partial void Failed(ILogger logger, string failure);

    [LoggerMessage(
        EventId = 3003,
        Level = LogLevel.Warning,
        Message = "The controller's own instance is not known, so no hop limit is set: NODE_NAME is '{NodeName}' and no node of that name has an EC2 provider ID"
    )]
    public static partial void OwnInstanceUnknown(ILogger logger, string nodeName);
}
