using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace MultiEni.Manager.Host.Kernel;

/// <summary>
/// Sockets to the kernel. The runtime knows no netlink family and cannot make them, but it drives
/// one that is made for it like any other socket, waiting included.
/// </summary>
internal static class NetlinkSocket
{
    private const int RouteProtocol = 0;
    private const int DeviceEventProtocol = 15;
    private const uint KernelGroup = 1;

    // RTMGRP_: links, then addresses and routes of IPv4 and of IPv6, then rules of both.
    private const uint RouteGroups = 0x1 | 0x10 | 0x40 | 0x100 | Ipv6RouteGroup | 0x80 | 0x40000;
    private const uint Ipv6RouteGroup = 0x400;

    /// <summary>For requests to rtnetlink.</summary>
    /// <exception cref="IOException">The kernel refuses.</exception>
    public static Socket OpenRoute() => Open(RouteProtocol, groups: 0, receiveBuffer: null);

    /// <summary>Hears what changes in links, addresses and routes.</summary>
    /// <exception cref="IOException">The kernel refuses.</exception>
    public static Socket OpenRouteNotifications(int? receiveBuffer) => Open(RouteProtocol, RouteGroups, receiveBuffer);

    /// <summary>Hears what changes in IPv6 routes.</summary>
    /// <exception cref="IOException">The kernel refuses.</exception>
    public static Socket OpenIpv6RouteNotifications() => Open(RouteProtocol, Ipv6RouteGroup, receiveBuffer: null);

    /// <summary>Hears the kernel's device announcements.</summary>
    /// <exception cref="IOException">The kernel refuses.</exception>
    public static Socket OpenDeviceEvents(int? receiveBuffer) => Open(DeviceEventProtocol, KernelGroup, receiveBuffer);

    private static Socket Open(int protocol, uint groups, int? receiveBuffer)
    {
        var descriptor = LibC.Socket(LibC.AddressFamilyNetlink, LibC.SocketRaw | LibC.SocketCloseOnExec, protocol);
        if (descriptor < 0)
        {
            throw Failure("socket");
        }

        var socket = new Socket(new SafeSocketHandle(descriptor, ownsHandle: true));
        try
        {
            if (receiveBuffer is { } bytes)
            {
                // Before the subscription, so that no announcement meets the old size.
                socket.ReceiveBufferSize = bytes;
            }

            var address = new LibC.NetlinkAddress { Family = LibC.AddressFamilyNetlink, Groups = groups };
            return LibC.Bind(descriptor, in address, Marshal.SizeOf<LibC.NetlinkAddress>()) == 0 ? socket : throw Failure("bind");
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static IOException Failure(string call)
    {
        var errno = Marshal.GetLastPInvokeError();
        return new IOException($"Netlink {call} failed: {new Win32Exception(errno).Message}.", errno);
    }
}
