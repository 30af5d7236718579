namespace MultiEni.Simulator.Nodes;

/// <content>What a process does with the node: system calls on files and links, as an agent makes them.</content>
public sealed partial class SimulatedHost
{
    /// <summary>
    /// Text of a file; null when there is none. Waits for the device's lock where the kernel does.
    /// </summary>
    public async Task<string?> ReadTextAsync(string path, CancellationToken cancellationToken)
    {
        await Faults.ReadBlock(path).WaitAsync(cancellationToken);
        while (true)
        {
            Task wait;
            lock (_gate)
            {
                wait = _files.ReadLock(path);
                if (wait.IsCompleted)
                {
                    return _files.Find(path, followLast: true) is KernelNode.File file ? file.Text : null;
                }
            }

            await wait.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Text of a link; null when there is none.</summary>
    public string? ReadLink(string path)
    {
        lock (_gate)
        {
            return _files.Find(path, followLast: false) is KernelNode.Link link ? link.Text : null;
        }
    }

    /// <summary>Names in a directory, sorted; empty when there is none.</summary>
    public IReadOnlyList<string> List(string path)
    {
        lock (_gate)
        {
            return _files.Find(path, followLast: true) is KernelNode.Directory directory ? [.. directory.Names.Order(StringComparer.Ordinal)] : [];
        }
    }

    /// <summary>Whether something is there.</summary>
    public bool Exists(string path)
    {
        lock (_gate)
        {
            return _files.Find(path, followLast: true) is not null;
        }
    }

    /// <summary>
    /// <c>MAJOR:MINOR</c> of the character device to which a path leads; null when it leads to none.
    /// </summary>
    public string? DeviceNumber(string path)
    {
        lock (_gate)
        {
            return _files.Find(path, followLast: true) is KernelNode.Device device ? device.Number : null;
        }
    }

    /// <summary>
    /// One write(2). Ends when the kernel would return; the token only ends the node's life, as a
    /// process in a write cannot be interrupted.
    /// </summary>
    /// <returns>An error number, 0 for success.</returns>
    public async Task<int> WriteAsync(string path, string text, CancellationToken cancellationToken)
    {
        if (Faults.TakeWrite(path) is { } fault)
        {
            if (fault.Block is { } block)
            {
                await block.Released.WaitAsync(cancellationToken);
            }

            if (fault.Delay > TimeSpan.Zero)
            {
                await Task.Delay(fault.Delay, _time, cancellationToken);
            }

            if (fault.Error is { } error)
            {
                return error;
            }
        }

        while (true)
        {
            Task wait;
            CancellationToken thisBoot;
            bool again;
            lock (_gate)
            {
                thisBoot = _boot.Token;
                switch (_files.Write(path, text))
                {
                    case WriteOutcome.Returned returned:
                        return returned.Error;
                    case WriteOutcome.ReturnsAfter after:
                        (wait, again) = (after.Completion, false);
                        break;
                    case WriteOutcome.WaitsFor waits:
                        (wait, again) = (waits.Lock, true);
                        break;
                    default:
                        throw new InvalidOperationException("A write has an outcome that nobody knows.");
                }
            }

            try
            {
                using var either = CancellationTokenSource.CreateLinkedTokenSource(thisBoot, cancellationToken);
                await wait.WaitAsync(either.Token);
            }
            catch (OperationCanceledException) when (thisBoot.IsCancellationRequested)
            {
                return LinuxErrors.InputOutput;
            }

            if (!again)
            {
                return LinuxErrors.None;
            }
        }
    }

    /// <summary>open(2) and close(2) of a device node.</summary>
    /// <returns>
    /// An error number: EBUSY while somebody holds the group, which has a single opener.
    /// </returns>
    public int ProbeOpen(string path)
    {
        lock (_gate)
        {
            return _files.Find(path, followLast: true) switch
            {
                null => LinuxErrors.NoEntry,
                KernelNode.Directory => LinuxErrors.IsDirectory,
                KernelNode.Device { Group: { } group } when _drivers.Group(group).Any(device => device.Hold is not null) => LinuxErrors.Busy,
                KernelNode.File { Writable: false } => LinuxErrors.AccessDenied,
                _ => LinuxErrors.None,
            };
        }
    }

    /// <summary>What the driver of an interface counts; null when there is no such interface.</summary>
    public SimulatedCounters? Counters(string interfaceName)
    {
        lock (_gate)
        {
            if (_network.Links.FirstOrDefault(link => link.Name == interfaceName) is not { } link)
            {
                return null;
            }

            return _drivers.Devices.Values.FirstOrDefault(device => device.LinkIndex == link.Index) is { } device
                ? new SimulatedCounters(
                    device.Address,
                    [.. SimulatedCounters.Names.Select(name => new SimulatedCounter(name, device.Counters.GetValueOrDefault(name)))]
                )
                : new SimulatedCounters("", []);
        }
    }

    /// <summary>Brings a link up or takes it down.</summary>
    public int SetLinkUp(int index, bool value)
    {
        lock (_gate)
        {
            return AfterLinkChange(index, Faults.TakeLinkError() ?? _network.SetUp(index, value));
        }
    }

    /// <summary>Sets a link's MTU, 128 to 9216 bytes.</summary>
    public int SetLinkMtu(int index, int mtu)
    {
        lock (_gate)
        {
            return AfterLinkChange(index, Faults.TakeLinkError() ?? _network.SetMtu(index, mtu));
        }
    }

    /// <summary>Adds or removes a name of a link.</summary>
    /// <returns>An error number.</returns>
    public int SetAlternativeName(int index, string name, bool add)
    {
        lock (_gate)
        {
            // Before 5.5 the kernel does not know the message.
            return AfterLinkChange(index, _options.HasAlternativeNames ? _network.Name(index, name, add) : LinuxErrors.NotSupported);
        }
    }

    /// <summary>Adds or removes an address.</summary>
    /// <returns>An error number.</returns>
    public int SetAddress(SimulatedAddress address, bool add)
    {
        lock (_gate)
        {
            return AfterLinkChange(address.LinkIndex, _network.Change(address, add));
        }
    }

    /// <summary>Adds or removes a route.</summary>
    /// <returns>An error number.</returns>
    public int SetRoute(SimulatedRoute route, bool add)
    {
        lock (_gate)
        {
            return AfterLinkChange(route.LinkIndex, _network.Change(route, add));
        }
    }

    /// <summary>Adds or removes a rule.</summary>
    /// <returns>An error number.</returns>
    public int SetRule(SimulatedRule rule, bool add)
    {
        lock (_gate)
        {
            var error = _network.Change(rule, add);
            if (error == LinuxErrors.None)
            {
                _announcements.Announce(new KernelEvent("change", "net", "rule"));
            }

            return error;
        }
    }

    /// <summary>
    /// Everything the kernel announces from the moment of the call. Ends when the node goes down.
    /// </summary>
    public IAsyncEnumerable<KernelEvent> WatchAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return _announcements.Watch(_up, cancellationToken);
        }
    }

    private int AfterLinkChange(int index, int error)
    {
        if (error == LinuxErrors.None && _network.Link(index) is { } link)
        {
            _announcements.Announce(new KernelEvent("change", "net", link.Name));
        }

        return error;
    }
}
