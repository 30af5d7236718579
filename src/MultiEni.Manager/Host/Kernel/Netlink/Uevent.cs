using System.Text;

namespace MultiEni.Manager.Host.Kernel.Netlink;

/// <summary>
/// Device announcements of the kernel (lib/kobject_uevent.c): a line <c>add@/devices/…</c>, then
/// <c>KEY=value</c>, each ended by a zero.
/// </summary>
internal static class Uevent
{
    /// <summary>
    /// Reads an announcement about a PCI device or a network interface; null for any other, and for
    /// what does not come from the kernel: udev repeats announcements on the same protocol with a
    /// header of its own.
    /// </summary>
    /// <remarks>
    /// When vfio begins to let a device go it announces only the end of its own child device; that
    /// of the PCI device follows when whoever has it open has closed it. The former therefore
    /// counts as a change of the latter.
    /// </remarks>
    public static HostEvent? Decode(ReadOnlySpan<byte> datagram)
    {
        var text = Encoding.UTF8.GetString(datagram);
        string? action = null;
        string? subsystem = null;
        string? slot = null;
        string? interfaceName = null;
        string? path = null;
        var isFirst = true;
        foreach (var range in text.AsSpan().Split('\0'))
        {
            var field = text[range];
            if (isFirst && !field.Contains("@/", StringComparison.Ordinal))
            {
                return null;
            }

            isFirst = false;
            _ =
                TryTake(field, "ACTION=", ref action)
                || TryTake(field, "SUBSYSTEM=", ref subsystem)
                || TryTake(field, "PCI_SLOT_NAME=", ref slot)
                || TryTake(field, "INTERFACE=", ref interfaceName)
                || TryTake(field, "DEVPATH=", ref path);
        }

        if ((subsystem, action) is ("vfio-dev", "remove"))
        {
            return path is not null && PciAddress.LastIn(path) is { } parent ? new HostEvent("change", "pci", parent.ToString()) : null;
        }

        var subject = subsystem switch
        {
            "pci" => slot,
            "net" => interfaceName,
            _ => null,
        };
        return subject is not null && action is "add" or "remove" or "bind" or "unbind" or "change" or "move"
            ? new HostEvent(action, subsystem!, subject!)
            : null;
    }

    private static bool TryTake(string field, string key, ref string? value)
    {
        if (!field.StartsWith(key, StringComparison.Ordinal))
        {
            return false;
        }

        value ??= field[key.Length..];
        return true;
    }
}
