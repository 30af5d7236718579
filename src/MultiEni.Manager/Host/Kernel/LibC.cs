using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace MultiEni.Manager.Host.Kernel;

/// <summary>
/// The few calls of the C library that the runtime does not offer. Constants are those of x86-64
/// and arm64, which agree.
/// </summary>
internal static partial class LibC
{
    public const int OpenReadWrite = 2;
    public const int OpenNonBlocking = 0x800;
    public const int OpenCloseOnExec = 0x80000;

    /// <summary>Names a file without opening it.</summary>
    public const int OpenPathOnly = 0x200000;

    /// <summary>Fails unless it is a folder. Arm64 has another number for it.</summary>
    public static readonly int OpenDirectory = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x4000 : 0x10000;

    public const int AddressFamilyNetlink = 16;
    public const int SocketRaw = 3;
    public const int SocketCloseOnExec = 0x80000;

    public const long SysfsMagic = 0x62656572;
    public const long ProcMagic = 0x9FA0;

    public const int Interrupted = 4;
    public const int NoSuchCall = 38;
    private const int InputOutput = 5;

    /// <summary>Longest interface name with its terminating zero.</summary>
    public const int InterfaceNameSize = 16;

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true)]
    public static partial int Open(ref readonly byte path, int flags);

    /// <summary>openat2(2), which the C library does not offer; since Linux 5.6.</summary>
    private const nint OpenAt2Number = 437;

    // RESOLVE_NO_MAGICLINKS and RESOLVE_IN_ROOT of include/uapi/linux/openat2.h.
    private const ulong ResolveNoMagicLinks = 0x02;
    private const ulong ResolveInRoot = 0x10;

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint OpenAt2(nint number, nint folder, ref readonly byte path, ref readonly OpenHow how, nint size);

    /// <summary>
    /// Opens a path as a process would whose root is <paramref name="root"/>: absolute links and
    /// <c>..</c> stay below it, and links of procfs are not followed.
    /// </summary>
    /// <returns>The file, or null with the error number.</returns>
    public static (SafeFileHandle? File, int Errno) OpenBelow(SafeFileHandle root, ReadOnlySpan<byte> terminatedPath, int flags)
    {
        var how = new OpenHow { Flags = (ulong)(uint)flags, Resolve = ResolveInRoot | ResolveNoMagicLinks };
        var descriptor = OpenAt2(
            OpenAt2Number,
            root.DangerousGetHandle(),
            in MemoryMarshal.GetReference(terminatedPath),
            in how,
            Marshal.SizeOf<OpenHow>()
        );
        return descriptor >= 0 ? (new SafeFileHandle(descriptor, ownsHandle: true), 0) : (null, Marshal.GetLastPInvokeError());
    }

    /// <summary>struct open_how.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct OpenHow
    {
        public ulong Flags;
        public ulong Mode;
        public ulong Resolve;
    }

    [LibraryImport("libc", EntryPoint = "close")]
    public static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(int descriptor, ref readonly byte bytes, nuint count);

    /// <summary>
    /// One write(2), whatever the kind of file: the runtime's own writes go on after a part and
    /// refuse pipes.
    /// </summary>
    /// <returns>The error number, 0 when all bytes were taken.</returns>
    public static int WriteOnce(SafeFileHandle file, ReadOnlySpan<byte> bytes)
    {
        var descriptor = (int)file.DangerousGetHandle();
        while (true)
        {
            var written = Write(descriptor, in MemoryMarshal.GetReference(bytes), (nuint)bytes.Length);
            var errno = written >= 0 ? 0 : Marshal.GetLastPInvokeError();
            if (errno != Interrupted)
            {
                return written >= 0 && written < bytes.Length ? InputOutput : errno;
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "fstatfs")]
    private static partial int StatFileSystem(int file, ref long buffer);

    /// <summary>
    /// The type of the file system of an open file, null when the kernel does not tell.
    /// </summary>
    public static long? FileSystemOf(SafeFileHandle file)
    {
        // struct statfs begins with the type and is 120 bytes long.
        Span<long> buffer = stackalloc long[32];
        return StatFileSystem((int)file.DangerousGetHandle(), ref buffer[0]) == 0 ? buffer[0] : null;
    }

    // statx(2); since Linux 4.11. Not every C library offers it.
    private static readonly nint StatXNumber = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 291 : 332;
    private const nint FromWorkingDirectory = -100;

    // AT_STATX_DONT_SYNC: what a remote file system knows by itself will do, so that none is waited
    // for.
    private const nint StatWithoutSync = 0x4000;
    private const nint StatType = 1;

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint StatX(nint number, nint folder, ref readonly byte path, nint flags, nint mask, ref StatXBuffer buffer);

    /// <summary>
    /// The number of the character device to which a path leads, as <c>major:minor</c>; null when it
    /// leads to something else or to nothing.
    /// </summary>
    public static string? CharacterDevice(string path)
    {
        const int typeOfMode = 0xF000;
        const int characterDevice = 0x2000;
        var terminated = Encoding.UTF8.GetBytes(path + '\0');
        var buffer = default(StatXBuffer);
        return
            StatX(StatXNumber, FromWorkingDirectory, in terminated[0], StatWithoutSync, StatType, ref buffer) == 0
            && (buffer.Mode & typeOfMode) == characterDevice
            ? string.Create(CultureInfo.InvariantCulture, $"{buffer.DeviceMajor}:{buffer.DeviceMinor}")
            : null;
    }

    /// <summary>What is read of struct statx.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct StatXBuffer
    {
        [FieldOffset(28)]
        public ushort Mode;

        [FieldOffset(128)]
        public uint DeviceMajor;

        [FieldOffset(132)]
        public uint DeviceMinor;
    }

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    public static partial int Socket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    public static partial int Bind(int socket, ref readonly NetlinkAddress address, int length);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    public static partial int Control(int descriptor, nuint request, ref byte argument);

    [LibraryImport("libc", EntryPoint = "if_indextoname")]
    public static partial nint InterfaceName(uint index, ref byte name);

    /// <summary>struct sockaddr_nl.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct NetlinkAddress
    {
        public ushort Family;
        public ushort Padding;
        public uint Port;
        public uint Groups;
    }
}

/// <summary>What the runtime's file exceptions say about the error number behind them.</summary>
internal static class SystemErrors
{
    private const int NoSuchProcess = 3;
    private const int NoSuchDeviceOrAddress = 6;
    private const int NameTooLong = 36;
    private const int HighestErrno = 4095;

    /// <summary>
    /// The error number of a failed file operation, null when the exception carries none. The
    /// runtime keeps it in <see cref="Exception.HResult"/>, except for those which it turns into
    /// exception types of their own (docs/reference/driver-binding.md#errors-of-a-write).
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
    /// Whether the thing asked for does not exist or went away while it was looked at: a device
    /// that is unplugged answers with "no such device" on files that are open already, a process
    /// that ended with "no such process".
    /// </summary>
    public static bool IsGone(Exception exception) =>
        (int?)Find(exception) is (int)Errno.NoEntry or (int)Errno.NoDevice or NoSuchProcess or NoSuchDeviceOrAddress or (int)Errno.NotADirectory;
}
