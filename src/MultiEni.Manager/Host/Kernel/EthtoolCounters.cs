using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace MultiEni.Manager.Host.Kernel;

/// <summary>
/// What network drivers count, read by <c>ioctl(SIOCETHTOOL)</c> in this process's network namespace.
/// The kernel holds its one lock for links (RTNL) meanwhile, and an elastic network adapter asks the
/// Nitro card.
/// </summary>
internal sealed class EthtoolCounters(BlockingCalls calls) : IDriverCounters
{
    private const nuint EthtoolRequest = 0x8946;

    // struct ifreq: the name, a pointer, and room for its other members.
    private const int RequestSize = 40;
    private const int PointerOffset = LibC.InterfaceNameSize;

    // An elastic network adapter with 128 queues has less than 6000. Whatever their number was when
    // it was asked for, many kernels write as many as there are now, so there is room for twice as
    // many.
    private const int MostCounters = 8192;
    private const int Room = 2 * MostCounters;
    private const int MostReads = 3;

    private readonly Lock _gate = new();
    private byte[]? _names;
    private byte[]? _values;

    /// <inheritdoc/>
    /// <exception cref="IOException">The kernel refuses.</exception>
    public ValueTask<DriverCounters?> ReadAsync(string interfaceName, CancellationToken cancellationToken) =>
        new(calls.RunAsync("ethtool read", () => Read(interfaceName), cancellationToken));

    private DriverCounters? Read(string interfaceName)
    {
        var name = Encoding.UTF8.GetBytes(interfaceName);
        if (name.Length is 0 or >= LibC.InterfaceNameSize)
        {
            return null;
        }

        lock (_gate)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Unspecified);
            var device = Buffer(EthtoolCodec.DriverInformationSize);
            EthtoolCodec.WriteDriverInformation(device);
            if (Ask(socket, name, device) is var missing and not Errno.None)
            {
                return missing == Errno.NotSupported ? new DriverCounters("", []) : Absent(missing, interfaceName);
            }

            return new DriverCounters(EthtoolCodec.ReadBusAddress(device), ReadValues(socket, name, interfaceName));
        }
    }

    private IReadOnlyList<DriverCounter> ReadValues(Socket socket, byte[] name, string interfaceName)
    {
        var set = Buffer(EthtoolCodec.SetInformationSize);
        _names ??= Buffer(EthtoolCodec.NamesHead + EthtoolCodec.NameSize * Room);
        _values ??= Buffer(EthtoolCodec.ValuesHead + sizeof(ulong) * Room);
        for (var read = 0; read < MostReads; read++)
        {
            EthtoolCodec.WriteSetInformation(set);
            Demand(Ask(socket, name, set), interfaceName);
            var count = EthtoolCodec.ReadCount(set);
            if (count == 0)
            {
                return [];
            }

            if (count > MostCounters)
            {
                throw new IOException($"The driver of {interfaceName} has {count} counters, more than the {MostCounters} that are read.");
            }

            EthtoolCodec.WriteNames(_names);
            Demand(Ask(socket, name, _names), interfaceName);
            EthtoolCodec.WriteValues(_values);
            Demand(Ask(socket, name, _values), interfaceName);
            if (EthtoolCodec.Read(_names, _values) is { } counters)
            {
                return counters;
            }
        }

        throw new IOException($"The counters of {interfaceName} changed during each of {MostReads} reads.");
    }

    private static Errno Ask(Socket socket, byte[] name, byte[] data)
    {
        Span<byte> request = stackalloc byte[RequestSize];
        request.Clear();
        name.CopyTo(request);
        MemoryMarshal.Write(request[PointerOffset..], Marshal.UnsafeAddrOfPinnedArrayElement(data, 0));
        var result = LibC.Control((int)socket.Handle, EthtoolRequest, ref request[0]);
        var errno = result >= 0 ? Errno.None : (Errno)Marshal.GetLastPInvokeError();
        GC.KeepAlive(data);
        return errno;
    }

    private static DriverCounters? Absent(Errno errno, string interfaceName) => errno == Errno.NoDevice ? null : throw Failure(errno, interfaceName);

    private static void Demand(Errno errno, string interfaceName)
    {
        if (errno != Errno.None)
        {
            throw Failure(errno, interfaceName);
        }
    }

    private static IOException Failure(Errno errno, string interfaceName) =>
        new($"The kernel does not tell the counters of {interfaceName}: {new Win32Exception((int)errno).Message}.", (int)errno);

    // The kernel is given its address, so it must not move.
    private static byte[] Buffer(int size) => GC.AllocateUninitializedArray<byte>(size, pinned: true);
}
