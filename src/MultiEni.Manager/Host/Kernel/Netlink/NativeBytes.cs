using System.Runtime.InteropServices;

namespace MultiEni.Manager.Host.Kernel.Netlink;

/// <summary>Integers in the byte order of the machine, as netlink has them, and its alignment to four bytes.</summary>
internal static class NativeBytes
{
    public static ushort UInt16(ReadOnlySpan<byte> bytes) => MemoryMarshal.Read<ushort>(bytes);

    public static uint UInt32(ReadOnlySpan<byte> bytes) => MemoryMarshal.Read<uint>(bytes);

    public static int Int32(ReadOnlySpan<byte> bytes) => MemoryMarshal.Read<int>(bytes);

    public static int Align(int length) => (length + 3) & ~3;
}
