using Microsoft.Extensions.Logging;

namespace MultiEni.Controller.Ec2;

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
