using Microsoft.Extensions.Logging;

namespace MultiEni.Manager.Claims;

/// <summary>Everything that is logged about claims and the slice of their devices.</summary>
internal static partial class ClaimLog
{
    [LoggerMessage(260, LogLevel.Information, "ResourceSlice {Slice} was written with {Count} devices.")]
    public static partial void SliceWritten(ILogger logger, string slice, int count);

    [LoggerMessage(261, LogLevel.Information, "ResourceSlice {Slice} is not the node's and was deleted.")]
    public static partial void SliceDeleted(ILogger logger, string slice);

    [LoggerMessage(262, LogLevel.Warning, "ResourceSlice of {Node} could not be written yet: {Message}")]
    public static partial void SliceNotWritten(ILogger logger, string node, string message);

    [LoggerMessage(263, LogLevel.Warning, "The API server does not store {Fields} of ResourceSlice {Slice}: the feature is switched off.")]
    public static partial void FieldsDropped(ILogger logger, string slice, string fields);

    [LoggerMessage(264, LogLevel.Warning, "ResourceSlice of {Node} has no room for {Count} devices, which claims cannot get.")]
    public static partial void DevicesLeftOut(ILogger logger, string node, int count);

    [LoggerMessage(265, LogLevel.Warning, "{Device} is given to no further claim: {Message}")]
    public static partial void DeviceUnusable(ILogger logger, string device, string message);

    [LoggerMessage(266, LogLevel.Warning, "Files that an earlier run left for claims could not be removed: {Message}")]
    public static partial void NotSwept(ILogger logger, string message);

    [LoggerMessage(267, LogLevel.Warning, "{Path} makes no sense; what is offered to claims is found out anew: {Message}")]
    public static partial void OffersUnreadable(ILogger logger, string path, string message);

    [LoggerMessage(268, LogLevel.Warning, "{Path} could not be written; it is written with the next change: {Message}")]
    public static partial void OffersUnwritten(ILogger logger, string path, string message);

    [LoggerMessage(269, LogLevel.Information, "The kubelet can call {Driver} on {Socket}.")]
    public static partial void DriverServed(ILogger logger, string driver, string socket);

    [LoggerMessage(270, LogLevel.Information, "The kubelet has registered {Driver}.")]
    public static partial void DriverRegistered(ILogger logger, string driver);

    [LoggerMessage(271, LogLevel.Warning, "{Driver} is not registered with the kubelet: {Message}")]
    public static partial void DriverNotRegistered(ILogger logger, string driver, string message);

    [LoggerMessage(272, LogLevel.Information, "Claim {Claim} ({Uid}) is prepared: {Devices}.")]
    public static partial void ClaimPrepared(ILogger logger, string claim, string uid, string devices);

    [LoggerMessage(273, LogLevel.Warning, "Claim {Claim} ({Uid}) was not prepared: {Message}")]
    public static partial void ClaimNotPrepared(ILogger logger, string claim, string uid, string message);

    [LoggerMessage(274, LogLevel.Information, "Claim {Claim} ({Uid}) has ended.")]
    public static partial void ClaimEnded(ILogger logger, string claim, string uid);

    [LoggerMessage(275, LogLevel.Warning, "Claim {Claim} ({Uid}) could not be ended yet: {Message}")]
    public static partial void ClaimNotEnded(ILogger logger, string claim, string uid, string message);

    [LoggerMessage(276, LogLevel.Warning, "How the devices of claim {Claim} are reached could not be written to its status yet: {Message}")]
    public static partial void ClaimNotReported(ILogger logger, string claim, string message);

    [LoggerMessage(277, LogLevel.Warning, "ResourceSlice {Slice}, of the time when DEVICE_PUBLISHER was dra, could not be deleted yet: {Message}")]
    public static partial void FormerSliceLeft(ILogger logger, string slice, string message);
}
