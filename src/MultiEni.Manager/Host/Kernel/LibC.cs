using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MultiEni.Manager.Host.Kernel;

/// <summary>The few calls of the C library that the runtime does not offer. Constants are those of x86-64 and arm64, which agree.</summary>
internal static partial class LibC
{
    public const int OpenReadWrite = 2;
    public const int OpenNonBlocking = 0x800;
    public const int OpenCloseOnExec = 0x80000;

    public const int AddressFamilyNetlink = 16;
    public const int SocketRaw = 3;
    public const int SocketCloseOnExec = 0x80000;

    public const long SysfsMagic = 0x62656572;
    public const long ProcMagic = 0x9FA0;

    public const int Interrupted = 4;

    /// <summary>Longest interface name with its terminating zero.</summary>
    public const int InterfaceNameSize = 16;

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true)]
    public static partial int Open(ref readonly byte path, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    public static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "fstatfs")]
    private static partial int StatFileSystem(int file, ref long buffer);

    /// <summary>The type of the file system of an open file, null when the kernel does not tell.</summary>
    public static long? FileSystemOf(SafeFileHandle file)
    {
        // struct statfs begins with the type and is 120 bytes long.
        Span<long> buffer = stackalloc long[32];
        return StatFileSystem((int)file.DangerousGetHandle(), ref buffer[0]) == 0
            ? buffer[0]
            : null;
    }

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    public static partial int Socket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    public static partial int Bind(int socket, ref readonly NetlinkAddress address, int length);

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
