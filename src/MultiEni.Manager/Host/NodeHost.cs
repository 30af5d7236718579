namespace MultiEni.Manager.Host;

/// <summary>The host as this program sees it.</summary>
/// <param name="Files">The kernel's files.</param>
/// <param name="Links">The kernel's links.</param>
/// <param name="Events">The kernel's announcements.</param>
/// <param name="Counters">What network drivers count.</param>
/// <param name="Telemetry">What DPDK programs count.</param>
internal sealed record NodeHost(IHostFiles Files, ILinks Links, IHostEvents Events, IDriverCounters Counters, IDpdkTelemetry Telemetry);

/// <summary>
/// The kernel's files: sysfs, procfs and the device nodes. Paths are absolute as on the host
/// (<c>/sys/bus/pci/devices/0000:00:06.0/driver</c>); an implementation puts its own root before
/// them. Implemented by the real kernel and by the simulated node.
/// </summary>
internal interface IHostFiles
{
    /// <summary>
    /// The text of a file without its trailing newline; null when it does not exist or vanished
    /// meanwhile.
    /// </summary>
    ValueTask<string?> ReadTextAsync(string path, CancellationToken cancellationToken);

    /// <summary>
    /// The target of a symbolic link as stored, such as <c>../../../bus/pci/drivers/ena</c>; null
    /// when there is none.
    /// </summary>
    ValueTask<string?> ReadLinkAsync(string path, CancellationToken cancellationToken);

    /// <summary>Names in a directory, sorted; empty when it does not exist.</summary>
    ValueTask<IReadOnlyList<string>> ListAsync(string path, CancellationToken cancellationToken);

    /// <summary>Whether something is there: file, directory, link or device node.</summary>
    ValueTask<bool> ExistsAsync(string path, CancellationToken cancellationToken);

    /// <summary>
    /// The number of the character device to which a path leads, such as <c>511:3</c> (major and
    /// minor, as the files <c>dev</c> of sysfs have it); null when something else or nothing is there.
    /// A link of <c>/proc/PID/fd</c> leads to the very file that is open, whatever its text says.
    /// </summary>
    ValueTask<string?> ReadDeviceNumberAsync(string path, CancellationToken cancellationToken);

    /// <summary>
    /// One write(2) of exactly these bytes to an existing file below <c>/sys</c> or
    /// <c>/proc/sys/net</c>. May take very long: an unbind waits
    /// for whoever holds the device open, and giving up on the wait does not undo the write.
    /// </summary>
    ValueTask<Errno> WriteAsync(string path, string text, CancellationToken cancellationToken);

    /// <summary>
    /// Opens a device node for reading and writing and closes it at once. <see cref="Errno.Busy"/>
    /// tells that somebody holds it.
    /// </summary>
    ValueTask<Errno> ProbeOpenAsync(string path, CancellationToken cancellationToken);
}

/// <summary>
/// The kernel's network links and routes, as rtnetlink shows them. Implemented by the real kernel
/// and by the simulated node.
/// </summary>
internal interface ILinks
{
    /// <summary>
    /// Links, addresses, routes of all tables and rules of the host's network namespace at one
    /// moment. Of several routes over one link that are neither default nor multipath routes and
    /// have the table and the protocol in common, one may stand for all.
    /// </summary>
    ValueTask<NetworkState> ReadAsync(CancellationToken cancellationToken);

    /// <summary>Brings a link up or takes it down.</summary>
    ValueTask<Errno> SetUpAsync(int index, bool up, CancellationToken cancellationToken);

    /// <summary>Sets the MTU of a link, in bytes.</summary>
    ValueTask<Errno> SetMtuAsync(int index, int mtu, CancellationToken cancellationToken);

    /// <summary>
    /// Adds something that is not there. <see cref="Errno.Exists"/> when it is, or when something
    /// else has its place; nothing is replaced.
    /// </summary>
    ValueTask<Errno> AddAsync(NetworkItem item, CancellationToken cancellationToken);

    /// <summary>Removes something.</summary>
    ValueTask<Errno> RemoveAsync(NetworkItem item, CancellationToken cancellationToken);
}

/// <summary>
/// What the drivers of network interfaces count. Implemented by the real kernel and by the simulated
/// node.
/// </summary>
internal interface IDriverCounters
{
    /// <summary>
    /// Everything that the driver of an interface counts at present, under the driver's own names;
    /// null when the host's network namespace has no interface of that name.
    /// </summary>
    ValueTask<DriverCounters?> ReadAsync(string interfaceName, CancellationToken cancellationToken);
}

/// <summary>
/// What DPDK programs count, as they tell it themselves. Implemented by the real kernel; on a
/// simulated node no such program runs.
/// </summary>
internal interface IDpdkTelemetry
{
    /// <summary>
    /// What a program tells of a device that it has. A program of a pod may tell anything, or nothing
    /// for ever: what comes back is bounded in size and in time, and means no more than its word.
    /// </summary>
    /// <param name="process">The program's process, as this program's process namespace counts.</param>
    /// <param name="device">The device.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>
    /// Null when the program has no telemetry where it is looked for, or does not name the device.
    /// </returns>
    ValueTask<DpdkPort?> ReadAsync(int process, PciAddress device, CancellationToken cancellationToken);
}

/// <summary>
/// What the kernel announces by itself: device uevents and rtnetlink notifications. Implemented by
/// the real kernel and by the simulated node.
/// </summary>
internal interface IHostEvents
{
    /// <summary>
    /// Announcements from now on, until cancelled. They are hints to look again and may be lost in
    /// a burst, in which case one event with the subject <c>overrun</c> is delivered.
    /// </summary>
    IAsyncEnumerable<HostEvent> WatchAsync(CancellationToken cancellationToken);
}

/// <summary>Something changed on the host.</summary>
/// <param name="Action">
/// <c>add</c>, <c>remove</c>, <c>bind</c>, <c>unbind</c>, <c>change</c> or <c>move</c>, as in a
/// kernel uevent.
/// </param>
/// <param name="Subsystem">
/// <c>pci</c>, <c>net</c>, or <c>route</c> for a route other than a default route.
/// </param>
/// <param name="Subject">The PCI address or the interface name concerned.</param>
internal sealed record HostEvent(string Action, string Subsystem, string Subject)
{
    /// <summary>A PCI device.</summary>
    public const string Pci = "pci";

    /// <summary>A link, an address of it, or a default route over it.</summary>
    public const string Net = "net";

    /// <summary>Another route over a link.</summary>
    public const string Route = "route";
}
