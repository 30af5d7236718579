using System.Text.Json;
using MultiEni.Manager.Devices;

namespace MultiEni.Manager.Binding;

/// <summary>
/// What this program changed, on disk before each change (rule 13), so that a successor can finish or undo it. Entries of an
/// earlier boot are void: the kernel has forgotten what they tell of [sriov 4.4].
/// </summary>
public sealed class BindingJournal
{
    private readonly string _path;
    private readonly Action<string>? _before;
    private readonly Lock _lock = new();
    private readonly SortedDictionary<PciAddress, JournalEntry> _entries = [];

    /// <summary>Reads what a predecessor left.</summary>
    /// <param name="path">The file; need not exist.</param>
    /// <param name="before">Called before each write with the name of the point; lets tests end the program there.</param>
    /// <exception cref="InvalidDataException">The file is there and cannot be read: acting without it would be guessing.</exception>
    public BindingJournal(string path, Action<string>? before)
    {
        _path = path;
        _before = before;
        foreach (var entry in Load(path))
        {
            _entries[PciAddress.Parse(entry.PciAddress)] = entry;
        }
    }

    /// <summary>All entries of a boot.</summary>
    public IReadOnlyList<JournalEntry> Entries(string bootId)
    {
        lock (_lock)
        {
            return [.. _entries.Values.Where(entry => entry.BootId == bootId)];
        }
    }

    /// <summary>Number of bound devices, by driver.</summary>
    public IReadOnlyList<KeyValuePair<string, int>> BoundByDriver()
    {
        lock (_lock)
        {
            return
            [
                .. _entries
                    .Values.Where(entry => entry.Phase == JournalPhase.Bound)
                    .GroupBy(entry => entry.TargetDriver, StringComparer.Ordinal)
                    .Select(group => KeyValuePair.Create(group.Key, group.Count())),
            ];
        }
    }

    /// <summary>The entry of a device in a boot, or null.</summary>
    public JournalEntry? Find(PciAddress address, string bootId)
    {
        lock (_lock)
        {
            return _entries.TryGetValue(address, out var entry) && entry.BootId == bootId ? entry : null;
        }
    }

    /// <summary>Puts an entry on disk. When this returns, the change that it announces may begin.</summary>
    /// <exception cref="JournalException">The disk does not take it; nothing is noted and nothing may be changed.</exception>
    public void Save(JournalEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        _before?.Invoke($"journal {entry.Phase}");
        lock (_lock)
        {
            var address = PciAddress.Parse(entry.PciAddress);
            var previous = _entries.GetValueOrDefault(address);
            _entries[address] = entry;
            try
            {
                Write();
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                Restore(address, previous);
                throw new JournalException(_path, error);
            }
        }
    }

    /// <summary>
    /// Notes how far a change has come that <see cref="Save"/> announced. A disk that has become full meanwhile must not leave the device
    /// halfway: what was announced is enough for a successor to finish or undo it, so the change goes on.
    /// </summary>
    public void Advance(JournalEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        _before?.Invoke($"journal {entry.Phase}");
        lock (_lock)
        {
            _entries[PciAddress.Parse(entry.PciAddress)] = entry;
            TryWrite();
        }
    }

    /// <summary>Forgets a device that is back in its first state or gone. An entry that stays on a full disk is found settled by a successor.</summary>
    public void Remove(PciAddress address)
    {
        _before?.Invoke("journal remove");
        lock (_lock)
        {
            if (_entries.Remove(address))
            {
                TryWrite();
            }
        }
    }

    /// <summary>Forgets everything of other boots.</summary>
    /// <returns>How many entries were void.</returns>
    public int Void(string bootId)
    {
        lock (_lock)
        {
            var old = _entries.Where(pair => pair.Value.BootId != bootId).Select(pair => pair.Key).ToList();
            foreach (var address in old)
            {
                _entries.Remove(address);
            }

            // Entries of another boot count for nothing wherever they are found, so a disk that is full must not keep the agent from starting.
            if (old.Count > 0)
            {
                TryWrite();
            }

            return old.Count;
        }
    }

    private static List<JournalEntry> Load(string path)
    {
        if (DurableFile.Read(path) is not { } text || string.IsNullOrWhiteSpace(text))
        {
            return [];
        }

        // The existing Go controller reserved this path for a list and never wrote it; an empty list is nothing to keep.
        if (text.Trim() == "[]")
        {
            return [];
        }

        try
        {
            var file = JsonSerializer.Deserialize(text, JournalJson.Default.JournalFile);
            return file?.Devices.FindAll(entry => PciAddress.TryParse(entry.PciAddress, out _)) ?? [];
        }
        catch (JsonException error)
        {
            throw new InvalidDataException(
                $"The journal {path} cannot be read ({error.Message}). It tells which devices this program bound: look at them with "
                    + "dpdk-devbind.py --status, then move the file away.",
                error
            );
        }
    }

    private void Restore(PciAddress address, JournalEntry? previous)
    {
        if (previous is null)
        {
            _entries.Remove(address);
        }
        else
        {
            _entries[address] = previous;
        }
    }

    private void TryWrite()
    {
        try
        {
            Write();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The next write carries everything.
        }
    }

    private void Write() =>
        DurableFile.Replace(_path, JsonSerializer.Serialize(new JournalFile { Devices = [.. _entries.Values] }, JournalJson.Default.JournalFile));
}
