using Microsoft.Extensions.Logging;

namespace MultiEni.Manager.Claims;

/// <summary>Everything that is logged about claims and the slice of their devices.</summary>
internal static partial class ClaimLog
{
    [LoggerMessage(60, LogLevel.Information, "ResourceSlice {Slice} was written with {Count} devices.")]
    public static partial void SliceWritten(ILogger logger, string slice, int count);

    [LoggerMessage(61, LogLevel.Information, "ResourceSlice {Slice} is not the node's and was deleted.")]
    public static partial void SliceDeleted(ILogger logger, string slice);

    [LoggerMessage(62, LogLevel.Warning, "ResourceSlice of {Node} could not be written yet: {Message}")]
    public static partial void SliceNotWritten(ILogger logger, string node, string message);

    [LoggerMessage(63, LogLevel.Warning, "The API server does not store {Fields} of ResourceSlice {Slice}: the feature is switched off.")]
    public static partial void FieldsDropped(ILogger logger, string slice, string fields);

    [LoggerMessage(64, LogLevel.Warning, "ResourceSlice of {Node} has no room for {Count} devices, which claims cannot get.")]
    public static partial void DevicesLeftOut(ILogger logger, string node, int count);
}
