namespace MultiEni.Manager.Host;

/// <summary>What the kernel announces by itself: device uevents and rtnetlink notifications. Implemented by the real kernel and by the simulated node.</summary>
internal interface IHostEvents
{
    /// <summary>
    /// Announcements from now on, until cancelled. They are hints to look again and may be lost in a burst, in which case one event
    /// with the subject <c>overrun</c> is delivered.
    /// </summary>
    IAsyncEnumerable<HostEvent> WatchAsync(CancellationToken cancellationToken);
}
