namespace MultiEni.Manager.Host.Kernel;

/// <summary>What the runtime's file exceptions say about the error number behind them.</summary>
internal static class SystemErrors
{
    private const int NoSuchProcess = 3;
    private const int NoSuchDeviceOrAddress = 6;
    private const int NameTooLong = 36;
    private const int HighestErrno = 4095;

    /// <summary>
    /// The error number of a failed file operation, null when the exception carries none. The runtime keeps it in
    /// <see cref="Exception.HResult"/>, except for those which it turns into exception types of their own
    /// (docs/reference/driver-binding.md#errors-of-a-write).
    /// </summary>
    public static Errno? Find(Exception exception) =>
        exception switch
        {
            FileNotFoundException or DirectoryNotFoundException => Errno.NoEntry,
            PathTooLongException => (Errno)NameTooLong,
            UnauthorizedAccessException { InnerException: IOException inner } => Find(inner) ?? Errno.AccessDenied,
            UnauthorizedAccessException => Errno.AccessDenied,
            IOException { HResult: > 0 and <= HighestErrno } failure => (Errno)failure.HResult,
            _ => null,
        };

    /// <summary>
    /// Whether the thing asked for does not exist or went away while it was looked at: a device that is unplugged answers with
    /// "no such device" on files that are open already, a process that ended with "no such process".
    /// </summary>
    public static bool IsGone(Exception exception) =>
        (int?)Find(exception) is (int)Errno.NoEntry or (int)Errno.NoDevice or NoSuchProcess or NoSuchDeviceOrAddress or (int)Errno.NotADirectory;
}
