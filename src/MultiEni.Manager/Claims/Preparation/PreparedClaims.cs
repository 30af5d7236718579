using System.Text.Json;
using System.Text.Json.Serialization;
using MultiEni.Manager.Binding;
using MultiEni.Manager.Host;

namespace MultiEni.Manager.Claims.Preparation;

/// <summary>
/// Which claims are prepared, on disk before anything is changed for them, so that a restart
/// neither forgets one nor gives its device away. Entries of an earlier boot are void: nothing is
/// prepared any more. Safe for concurrent use.
/// </summary>
internal sealed class PreparedClaims
{
    private readonly string _path;
    private readonly Action<string>? _before;
    private readonly Lock _lock = new();
    private SortedDictionary<string, PreparedClaim>? _read;

    /// <summary>The record in a file, which is read when it is first asked for.</summary>
    /// <param name="path">The file; need not exist.</param>
    /// <param name="before">
    /// Called before each write with the name of the point; lets tests end the program there.
    /// </param>
    public PreparedClaims(string path, Action<string>? before)
    {
        _path = path;
        _before = before;
    }

    // Only under the lock. Tried again each time until it succeeds.
    private SortedDictionary<string, PreparedClaim> Table => _read ??= Load();

    /// <summary>All claims of a boot.</summary>
    /// <exception cref="InvalidDataException">
    /// The file is there and cannot be read: acting without it would be guessing. So for all other
    /// members.
    /// </exception>
    /// <exception cref="JournalException">The file cannot be opened.</exception>
    public IReadOnlyList<PreparedClaim> Of(string bootId)
    {
        lock (_lock)
        {
            return [.. Table.Values.Where(claim => claim.BootId == bootId)];
        }
    }

    /// <summary>How many claims are prepared; null if the file cannot be read.</summary>
    public int? CountPrepared()
    {
        lock (_lock)
        {
            try
            {
                return Table.Values.Count(claim => claim.Phase == ClaimPhase.Prepared);
            }
            catch (Exception error) when (error is InvalidDataException or JournalException)
            {
                return null;
            }
        }
    }

    /// <summary>A claim of a boot, or null.</summary>
    public PreparedClaim? Find(string uid, string bootId)
    {
        lock (_lock)
        {
            return Table.TryGetValue(uid, out var claim) && claim.BootId == bootId ? claim : null;
        }
    }

    /// <summary>
    /// The claim that has a device, and as what; null when no claim has it for itself.
    /// </summary>
    public (PreparedClaim Claim, PreparedClaimDevice Device)? HolderOf(PciAddress address, string bootId)
    {
        foreach (var claim in Of(bootId))
        {
            if (claim.Devices.Find(device => !device.IsAdminAccess && device.Address == address) is { } device)
            {
                return (claim, device);
            }
        }

        return null;
    }

    /// <summary>
    /// Puts a claim on disk that is about to be prepared, unless another one has one of its devices
    /// by now: what was seen when the preparation was decided on may be long ago. When this returns
    /// null, it may begin.
    /// </summary>
    /// <returns>The claim that has a device, and which; null when this one has them all.</returns>
    /// <exception cref="JournalException">
    /// The disk does not take it; nothing is noted and nothing may be changed.
    /// </exception>
    public (PreparedClaim Holder, PreparedClaimDevice Device)? Begin(PreparedClaim plan)
    {
        _before?.Invoke($"claim {plan.Phase}");
        lock (_lock)
        {
            foreach (var wanted in plan.Devices.Where(device => !device.IsAdminAccess))
            {
                var holder = Table.Values.FirstOrDefault(other =>
                    other.Uid != plan.Uid && other.BootId == plan.BootId && other.Holds(wanted.Device, wanted.PciAddress) is not null
                );
                if (holder is not null)
                {
                    return (holder, wanted);
                }
            }

            Put(plan);
            return null;
        }
    }

    /// <summary>Puts a claim on disk. When this returns, what it announces may begin.</summary>
    /// <exception cref="JournalException">
    /// The disk does not take it; nothing is noted and nothing may be changed.
    /// </exception>
    public void Save(PreparedClaim claim)
    {
        _before?.Invoke($"claim {claim.Phase}");
        lock (_lock)
        {
            Put(claim);
        }
    }

    /// <summary>Forgets a claim of which nothing is left.</summary>
    /// <exception cref="JournalException">
    /// The disk does not take it: the claim would be there again after a restart, and hold its
    /// devices for ever.
    /// </exception>
    public void Remove(string uid)
    {
        _before?.Invoke("claim remove");
        lock (_lock)
        {
            if (!Table.Remove(uid, out var previous))
            {
                return;
            }

            try
            {
                Write();
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                Restore(uid, previous);
                throw new JournalException(_path, error);
            }
        }
    }

    /// <summary>
    /// Forgets everything of other boots, and what was being written when a predecessor was killed.
    /// </summary>
    /// <returns>What was forgotten.</returns>
    public IReadOnlyList<PreparedClaim> Void(string bootId)
    {
        lock (_lock)
        {
            var old = Table.Values.Where(claim => claim.BootId != bootId).ToList();
            foreach (var claim in old)
            {
                Table.Remove(claim.Uid);
            }

            try
            {
                DurableFile.RemoveUnfinished(Path.GetDirectoryName(Path.GetFullPath(_path))!, Path.GetFileName(_path));
                if (old.Count > 0)
                {
                    Write();
                }
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // Entries of another boot count for nothing wherever they are found, so a disk that
                // is full must not keep the agent from starting.
            }

            return old;
        }
    }

    private SortedDictionary<string, PreparedClaim> Load()
    {
        var claims = new SortedDictionary<string, PreparedClaim>(StringComparer.Ordinal);
        foreach (var claim in Read()?.Claims ?? [])
        {
            if (claim.Devices.TrueForAll(device => PciAddress.TryParse(device.PciAddress, out _)))
            {
                claims[claim.Uid] = claim;
            }
        }

        return claims;
    }

    private PreparedClaimsFile? Read()
    {
        try
        {
            return DurableFile.Read(_path) is { Length: > 0 } text
                ? JsonSerializer.Deserialize(text, PreparedClaimsJson.Default.PreparedClaimsFile)
                : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new JournalException(_path, error);
        }
        catch (JsonException error)
        {
            throw new InvalidDataException(
                $"The record of prepared claims {_path} cannot be read ({error.Message}). It tells which claims have devices of this node: drain the node, then move "
                    + "the file away.",
                error
            );
        }
    }

    private void Put(PreparedClaim claim)
    {
        var previous = Table.GetValueOrDefault(claim.Uid);
        Table[claim.Uid] = claim;
        try
        {
            Write();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Restore(claim.Uid, previous);
            throw new JournalException(_path, error);
        }
    }

    private void Restore(string uid, PreparedClaim? previous)
    {
        if (previous is null)
        {
            Table.Remove(uid);
        }
        else
        {
            Table[uid] = previous;
        }
    }

    private void Write() =>
        DurableFile.Replace(
            _path,
            JsonSerializer.Serialize(new PreparedClaimsFile { Claims = [.. Table.Values] }, PreparedClaimsJson.Default.PreparedClaimsFile)
        );
}

/// <summary>The record as stored.</summary>
internal sealed record PreparedClaimsFile
{
    /// <summary>Form of the file.</summary>
    public int Version { get; set; } = 1;

    /// <summary>Claims, sorted by uid.</summary>
    public List<PreparedClaim> Claims { get; set; } = [];
}

/// <summary>How the record is written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, WriteIndented = true)]
[JsonSerializable(typeof(PreparedClaimsFile))]
internal sealed partial class PreparedClaimsJson : JsonSerializerContext;
