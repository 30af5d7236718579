using System.IO.Enumeration;

namespace MultiEni.Simulator.Nodes;

/// <summary>
/// Scripted misbehaviour of one node. Path patterns know <c>*</c> and <c>?</c>. Faults of writes
/// are used in the order they were added.
/// </summary>
public sealed class NodeFaults
{
    private readonly Lock _gate = new();
    private readonly List<WriteFault> _writes = [];
    private readonly List<(string Driver, int Error, int Times)> _probes = [];
    private readonly HashSet<string> _interfacesKeptAway = new(StringComparer.Ordinal);
    private readonly Queue<int> _linkErrors = [];
    private readonly List<(string PathPattern, WriteBlock Block)> _reads = [];

    /// <summary>
    /// The next writes to matching paths return this error and do nothing. Error 0 makes a write
    /// that claims success.
    /// </summary>
    public void FailWrites(string pathPattern, int error, int times = 1) => AddWrites(times, () => new WriteFault(pathPattern) { Error = error });

    /// <summary>The next writes to matching paths take effect only after a delay.</summary>
    public void DelayWrites(string pathPattern, TimeSpan delay, int times = 1) =>
        AddWrites(times, () => new WriteFault(pathPattern) { Delay = delay });

    /// <summary>
    /// The next write to a matching path waits, without effect, until the result is disposed; then
    /// it goes on as usual.
    /// </summary>
    public IDisposable BlockWrite(string pathPattern)
    {
        var fault = new WriteFault(pathPattern);
        fault.Block = new WriteBlock();
        AddWrites(1, () => fault);
        return fault.Block;
    }

    /// <summary>
    /// Reads of the text of matching files do not return until the result is disposed, as under a
    /// driver that hangs with a lock.
    /// </summary>
    public IDisposable BlockReads(string pathPattern)
    {
        var block = new WriteBlock();
        lock (_gate)
        {
            _reads.Add((pathPattern, block));
        }

        return block;
    }

    /// <summary>Nothing is under <c>/dev</c>, as for a container that does not mount it.</summary>
    public bool HidesDeviceNodes { get; set; }

    /// <summary>The driver's next probes fail with this error.</summary>
    public void FailProbes(string driver, int error, int times = 1)
    {
        lock (_gate)
        {
            _probes.Add((driver, error, times));
        }
    }

    /// <summary>
    /// After a bind to ena, no network interface appears for this PCI address, until
    /// <see cref="Clear"/>.
    /// </summary>
    public void KeepInterfaceAway(string pciAddress)
    {
        lock (_gate)
        {
            _interfacesKeptAway.Add(pciAddress);
        }
    }

    /// <summary>The next changes of a link return this error.</summary>
    public void FailLinkChanges(int error, int times = 1)
    {
        lock (_gate)
        {
            for (var i = 0; i < times; i++)
            {
                _linkErrors.Enqueue(error);
            }
        }
    }

    /// <summary>Forgets all faults that were not used yet.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            foreach (var block in _writes.Select(fault => fault.Block).Concat(_reads.Select(fault => fault.Block)))
            {
                block?.Dispose();
            }

            _writes.Clear();
            _reads.Clear();
            _probes.Clear();
            _interfacesKeptAway.Clear();
            _linkErrors.Clear();
            HidesDeviceNodes = false;
        }
    }

    internal WriteFault? TakeWrite(string path)
    {
        lock (_gate)
        {
            var found = _writes.FindIndex(fault => FileSystemName.MatchesSimpleExpression(fault.PathPattern, path, ignoreCase: false));
            if (found < 0)
            {
                return null;
            }

            var taken = _writes[found];
            _writes.RemoveAt(found);
            return taken;
        }
    }

    internal Task ReadBlock(string path)
    {
        lock (_gate)
        {
            var found = _reads.FindIndex(fault => FileSystemName.MatchesSimpleExpression(fault.PathPattern, path, ignoreCase: false));
            return found < 0 ? Task.CompletedTask : _reads[found].Block.Released;
        }
    }

    internal int? TakeProbeFailure(string driver)
    {
        lock (_gate)
        {
            var found = _probes.FindIndex(fault => fault.Driver == driver);
            if (found < 0)
            {
                return null;
            }

            var (_, error, times) = _probes[found];
            if (times > 1)
            {
                _probes[found] = (driver, error, times - 1);
            }
            else
            {
                _probes.RemoveAt(found);
            }

            return error;
        }
    }

    internal int? TakeLinkError()
    {
        lock (_gate)
        {
            return _linkErrors.TryDequeue(out var error) ? error : null;
        }
    }

    internal bool KeepsInterfaceAway(string pciAddress)
    {
        lock (_gate)
        {
            return _interfacesKeptAway.Contains(pciAddress);
        }
    }

    private void AddWrites(int times, Func<WriteFault> make)
    {
        lock (_gate)
        {
            for (var i = 0; i < times; i++)
            {
                _writes.Add(make());
            }
        }
    }
}
