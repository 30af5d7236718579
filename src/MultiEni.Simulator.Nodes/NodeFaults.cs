using System.IO.Enumeration;

namespace MultiEni.Simulator.Nodes;

/// <summary>Scripted misbehaviour of one node. Path patterns know <c>*</c> and <c>?</c>. Faults of writes are used in the order they were added.</summary>
public sealed class NodeFaults
{
    private readonly Lock gate = new();
    private readonly List<WriteFault> writes = [];
    private readonly List<(string Driver, int Error, int Times)> probes = [];
    private readonly HashSet<string> interfacesKeptAway = new(StringComparer.Ordinal);
    private readonly Queue<int> linkErrors = [];
    private readonly List<(string PathPattern, WriteBlock Block)> reads = [];

    /// <summary>The next writes to matching paths return this error and do nothing. Error 0 makes a write that claims success.</summary>
    public void FailWrites(string pathPattern, int error, int times = 1) => AddWrites(times, () => new WriteFault(pathPattern) { Error = error });

    /// <summary>The next writes to matching paths take effect only after a delay.</summary>
    public void DelayWrites(string pathPattern, TimeSpan delay, int times = 1) =>
        AddWrites(times, () => new WriteFault(pathPattern) { Delay = delay });

    /// <summary>The next write to a matching path waits, without effect, until the result is disposed; then it goes on as usual.</summary>
    public IDisposable BlockWrite(string pathPattern)
    {
        var fault = new WriteFault(pathPattern);
        fault.Block = new WriteBlock();
        AddWrites(1, () => fault);
        return fault.Block;
    }

    /// <summary>Reads of the text of matching files do not return until the result is disposed, as under a driver that hangs with a lock.</summary>
    public IDisposable BlockReads(string pathPattern)
    {
        var block = new WriteBlock();
        lock (gate)
        {
            reads.Add((pathPattern, block));
        }

        return block;
    }

    /// <summary>Nothing is under <c>/dev</c>, as for a container that does not mount it.</summary>
    public bool HidesDeviceNodes { get; set; }

    /// <summary>The driver's next probes fail with this error.</summary>
    public void FailProbes(string driver, int error, int times = 1)
    {
        lock (gate)
        {
            probes.Add((driver, error, times));
        }
    }

    /// <summary>After a bind to ena, no network interface appears for this PCI address, until <see cref="Clear"/>.</summary>
    public void KeepInterfaceAway(string pciAddress)
    {
        lock (gate)
        {
            interfacesKeptAway.Add(pciAddress);
        }
    }

    /// <summary>The next changes of a link return this error.</summary>
    public void FailLinkChanges(int error, int times = 1)
    {
        lock (gate)
        {
            for (var i = 0; i < times; i++)
            {
                linkErrors.Enqueue(error);
            }
        }
    }

    /// <summary>Forgets all faults that were not used yet.</summary>
    public void Clear()
    {
        lock (gate)
        {
            foreach (var block in writes.Select(fault => fault.Block).Concat(reads.Select(fault => fault.Block)))
            {
                block?.Dispose();
            }

            writes.Clear();
            reads.Clear();
            probes.Clear();
            interfacesKeptAway.Clear();
            linkErrors.Clear();
            HidesDeviceNodes = false;
        }
    }

    internal WriteFault? TakeWrite(string path)
    {
        lock (gate)
        {
            var found = writes.FindIndex(fault => FileSystemName.MatchesSimpleExpression(fault.PathPattern, path, ignoreCase: false));
            if (found < 0)
            {
                return null;
            }

            var taken = writes[found];
            writes.RemoveAt(found);
            return taken;
        }
    }

    internal Task ReadBlock(string path)
    {
        lock (gate)
        {
            var found = reads.FindIndex(fault => FileSystemName.MatchesSimpleExpression(fault.PathPattern, path, ignoreCase: false));
            return found < 0 ? Task.CompletedTask : reads[found].Block.Released;
        }
    }

    internal int? TakeProbeFailure(string driver)
    {
        lock (gate)
        {
            var found = probes.FindIndex(fault => fault.Driver == driver);
            if (found < 0)
            {
                return null;
            }

            var (_, error, times) = probes[found];
            if (times > 1)
            {
                probes[found] = (driver, error, times - 1);
            }
            else
            {
                probes.RemoveAt(found);
            }

            return error;
        }
    }

    internal int? TakeLinkError()
    {
        lock (gate)
        {
            return linkErrors.TryDequeue(out var error) ? error : null;
        }
    }

    internal bool KeepsInterfaceAway(string pciAddress)
    {
        lock (gate)
        {
            return interfacesKeptAway.Contains(pciAddress);
        }
    }

    private void AddWrites(int times, Func<WriteFault> make)
    {
        lock (gate)
        {
            for (var i = 0; i < times; i++)
            {
                writes.Add(make());
            }
        }
    }
}
