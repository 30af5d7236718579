using System.Text.Json;
using MultiEni.Manager.Host;

namespace MultiEni.Manager.Binding;

/// <summary>
/// What this program changed, on disk before each change, so that a successor can finish
/// or undo it. Entries of an earlier boot are void: the kernel has forgotten what they tell of
/// (docs/reference/driver-binding.md#reboot-and-hot-plug).
/// </summary>
internal sealed class BindingJournal
{
    private readonly string _path;
    private readonly Action<string>? _before;
    private readonly Lock _lock = new();
    private SortedDictionary<PciAddress, JournalEntry>? _read;

    /// <summary>
    /// The journal in a file, which is read when it is first asked for: an agent without it does
    /// nothing, and has to live to say so.
    /// </summary>
    /// <param name="path">The file; need not exist.</param>
    /// <param name="before">
    /// Called before each write with the name of the point; lets tests end the program there.
    /// </param>
    public BindingJournal(string path, Action<string>? before)
    {
        _path = path;
        _before = before;
    }

    // Only under the lock. Tried again each time until it succeeds.
    private SortedDictionary<PciAddress, JournalEntry> Table => _read ??= Load(_path);

    /// <summary>All entries of a boot.</summary>
    /// <exception cref="InvalidDataException">
    /// The file is there and cannot be read: acting without it would be guessing. So for all other
    /// members.
    /// </exception>
    public IReadOnlyList<JournalEntry> Entries(string bootId)
    {
        lock (_lock)
        {
            return [.. Table.Values.Where(entry => entry.BootId == bootId)];
        }
    }

    /// <summary>Number of bound devices, by driver; none before the file was read.</summary>
    public IReadOnlyList<KeyValuePair<string, int>> BoundByDriver()
    {
        lock (_lock)
        {
            return
            [
                .. (_read ?? [])
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
            return Table.TryGetValue(address, out var entry) && entry.BootId == bootId ? entry : null;
        }
    }

    /// <summary>
    /// Puts an entry on disk. When this returns, the change that it announces may begin.
    /// </summary>
    /// <exception cref="JournalException">
    /// The disk does not take it; nothing is noted and nothing may be changed.
    /// </exception>
    public void Save(JournalEntry entry)
    {
        _before?.Invoke($"journal {entry.Phase}");
        lock (_lock)
        {
            var address = PciAddress.Parse(entry.PciAddress);
            var previous = Table.GetValueOrDefault(address);
            Table[address] = entry;
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
    /// Notes how far a change has come that <see cref="Save"/> announced. A disk that has become
    /// full meanwhile must not leave the device halfway: what was announced is enough for a
    /// successor to finish or undo it, so the change goes on.
    /// </summary>
    public void Advance(JournalEntry entry)
    {
        _before?.Invoke($"journal {entry.Phase}");
        lock (_lock)
        {
            Table[PciAddress.Parse(entry.PciAddress)] = entry;
            TryWrite();
        }
    }

    /// <summary>
    /// Notes under which resource pods may get a device from now on; nothing when it is noted, or
    /// when the device is none of the journal's.
    /// </summary>
    /// <exception cref="JournalException">
    /// The disk does not take it, and the device may not be offered.
    /// </exception>
    public void NoteOffer(PciAddress address, string bootId, string resource)
    {
        if (Find(address, bootId) is { } entry && entry.ResourceName != resource)
        {
            Save(entry with { ResourceName = resource });
        }
    }

    /// <summary>
    /// Forgets a device that is back in its first state or gone. An entry that stays on a full disk
    /// is found settled by a successor.
    /// </summary>
    public void Remove(PciAddress address)
    {
        _before?.Invoke("journal remove");
        lock (_lock)
        {
            if (Table.Remove(address))
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
            var old = Table.Where(pair => pair.Value.BootId != bootId).Select(pair => pair.Key).ToList();
            foreach (var address in old)
            {
                Table.Remove(address);
            }

            // Entries of another boot count for nothing wherever they are found, so a disk that is
            // full must not keep the agent from starting.
            if (old.Count > 0)
            {
                TryWrite();
            }

            return old.Count;
        }
    }

    private static SortedDictionary<PciAddress, JournalEntry> Load(string path)
    {
        var entries = new SortedDictionary<PciAddress, JournalEntry>();
        foreach (var entry in Read(path))
        {
            entries[PciAddress.Parse(entry.PciAddress)] = entry;
        }

        return entries;
    }

    private static string? ReadText(string path)
    {
        try
        {
            return DurableFile.Read(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new JournalException(path, error);
        }
    }

    private static List<JournalEntry> Read(string path)
    {
        if (ReadText(path) is not { } text || string.IsNullOrWhiteSpace(text))
        {
            return [];
        }

        // The existing Go controller reserved this path for a list and never wrote it; an empty
        // list is nothing to keep.
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
            Table.Remove(address);
        }
        else
        {
            Table[address] = previous;
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
        DurableFile.Replace(_path, JsonSerializer.Serialize(new JournalFile { Devices = [.. Table.Values] }, JournalJson.Default.JournalFile));
}

/// <summary>
/// The journal's disk does not take an entry, so the change that the entry announces must not
/// begin.
/// </summary>
internal sealed class JournalException(string path, Exception cause)
    : Exception(
        $"The journal {path} cannot be written ({cause.Message}), so nothing was changed. Free its disk, or mount a writable host folder at the folder of INTERFACE_MAPPING_STORE_PATH.",
        cause
    );
