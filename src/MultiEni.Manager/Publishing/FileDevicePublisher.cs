using System.Text.Json;
using Microsoft.Extensions.Logging;
using MultiEni.Api;
using MultiEni.Manager.Binding;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Safety;

namespace MultiEni.Manager.Publishing;

/// <summary>
/// Publishes through the SR-IOV device plugin's file. The plugin reads it only at start, so each change of its meaning ends in one
/// restart of the plugin's pod [sriov 1.6].
/// </summary>
/// <param name="path">The plugin's file.</param>
/// <param name="metrics">Counts what is done.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
public sealed class FileDevicePublisher(string path, ManagerMetrics metrics, TimeProvider time, ILogger logger) : IDevicePublisher
{
    private readonly string _recordPath = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, ".aws-multi-eni-controller.json");
    private readonly Lock _lock = new();
    private readonly SortedDictionary<PciAddress, OfferedDevice> _offered = [];
    private readonly Dictionary<PciAddress, OfferedDevice> _withdrawn = [];
    private readonly HashSet<PciAddress> _unread = [];
    private HashSet<string> _owned = new(StringComparer.Ordinal);
    private HashSet<string> _conflicts = new(StringComparer.Ordinal);
    private DateTimeOffset? _restartDueSince;
    private bool _pluginFound = true;
    private string? _readsElsewhere;
    private string? _invalid;
    private string _bootId = "";

    /// <summary>Called when the file's meaning has changed and the plugin has to read it.</summary>
    public Action RestartNeeded { get; set; } = () => { };

    /// <inheritdoc />
    public IReadOnlyList<OfferedDevice> Offered
    {
        get
        {
            lock (_lock)
            {
                return [.. _offered.Values];
            }
        }
    }

    /// <summary>Devices that were taken back and that the node may still count.</summary>
    public IReadOnlyList<OfferedDevice> Withdrawn
    {
        get
        {
            lock (_lock)
            {
                return [.. _withdrawn.Values];
            }
        }
    }

    /// <summary>Since when the plugin has a change to read; null when it has none.</summary>
    public DateTimeOffset? RestartDueSince
    {
        get
        {
            lock (_lock)
            {
                return _restartDueSince;
            }
        }
    }

    /// <inheritdoc />
    public Task StartAsync(string bootId, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var record = ReadRecord();
            _bootId = bootId;
            _owned = record.Owned.ToHashSet(StringComparer.Ordinal);
            _restartDueSince = record.RestartDueSince;
            if (record.BootId == bootId)
            {
                Fill(record);
            }
            else if (record.Owned.Count > 0)
            {
                // Nothing bound before the boot is bound now, and the plugin found none of it [sriov 4.4].
                _restartDueSince = time.GetUtcNow();
            }

            Write();
        }

        Announce();
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task OfferAsync(OfferedDevice device, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(device);
        lock (_lock)
        {
            _withdrawn.Remove(device.Address);
            if (_offered.GetValueOrDefault(device.Address) != device)
            {
                _offered[device.Address] = device;
                _unread.Add(device.Address);
            }

            Write();
        }

        Announce();
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task WithdrawAsync(PciAddress address, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            _unread.Remove(address);
            if (_offered.Remove(address, out var device))
            {
                _withdrawn[address] = device;
            }

            Write();
        }

        Announce();
        return Task.CompletedTask;
    }

    /// <summary>Nothing: the SR-IOV device plugin offers its devices whatever becomes of them [sriov 1.6]. The agent withdraws what is gone.</summary>
    public Task CheckAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public Task RepairAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var due = _restartDueSince;
            Write();
            if (_restartDueSince != due)
            {
                _unread.UnionWith(_offered.Keys);
            }
        }

        Announce();
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public OfferState StateOf(PciAddress address, IReadOnlyDictionary<string, string>? allocatable)
    {
        lock (_lock)
        {
            var due = _restartDueSince is not null;
            IReadOnlyList<OfferedDevice> offered = [.. _offered.Values];
            if (_offered.TryGetValue(address, out var device))
            {
                // A change that the plugin has yet to read says nothing about the devices that it serves already.
                var unread = _unread.Contains(address) && due;
                var counted = unread ? offered : [.. offered.Where(other => !_unread.Contains(other.Address))];
                return Obstacle(device) is { } why
                    ? new OfferState.Failed(device, why)
                    : OfferJudgement.Offered(device, counted, unread, _pluginFound, allocatable, _readsElsewhere);
            }

            if (!_withdrawn.TryGetValue(address, out var gone))
            {
                return new OfferState.NotOffered();
            }

            if (_invalid is not null)
            {
                return new OfferState.Withdrawing(gone, InvalidFile());
            }

            var state = OfferJudgement.Withdrawn(gone, offered, due, _pluginFound && _readsElsewhere is null, allocatable);
            if (state is OfferState.NotOffered)
            {
                _withdrawn.Remove(address);
                WriteRecord();
            }

            return state;
        }
    }

    /// <summary>The plugin reads the file now: it was restarted, or started by itself, after the last change.</summary>
    /// <param name="changedAt">The change that it is known to have read.</param>
    public void PluginRead(DateTimeOffset changedAt)
    {
        lock (_lock)
        {
            (_pluginFound, _readsElsewhere) = (true, null);
            if (_restartDueSince == changedAt)
            {
                _restartDueSince = null;
                _unread.Clear();
                WriteRecord();
            }
        }
    }

    /// <summary>No pod of the plugin is on the node.</summary>
    public void PluginMissing()
    {
        lock (_lock)
        {
            (_pluginFound, _readsElsewhere) = (false, null);
        }
    }

    /// <summary>The plugin on the node does not read the file.</summary>
    /// <param name="what">Which pod, and what it reads.</param>
    public void PluginReadsElsewhere(string what)
    {
        lock (_lock)
        {
            (_pluginFound, _readsElsewhere) = (true, what);
        }
    }

    private Refusal? Obstacle(OfferedDevice device)
    {
        if (_invalid is not null)
        {
            return InvalidFile();
        }

        return _conflicts.Contains(device.Resource.ToString())
            ? new Refusal(
                Reasons.ResourceNameConflict,
                $"Somebody else's entry in {path} uses the resource {device.Resource}. Choose another dpdkResourceName or remove that entry."
            )
            : null;
    }

    private Refusal InvalidFile() =>
        new(Reasons.DevicePluginFileInvalid, $"{path} cannot be used and was left alone (a copy is {path}.bak): {_invalid}. Correct or remove it.");

    private void Announce()
    {
        if (RestartDueSince is not null)
        {
            RestartNeeded();
        }
    }

    private void Write()
    {
        var text = DurableFile.Read(path);
        var result = DevicePluginFile.Merge(text, _owned, [.. _offered.Values]);
        switch (result)
        {
            case PluginFileResult.Invalid invalid:
                if (_invalid != invalid.Message)
                {
                    _invalid = invalid.Message;
                    DurableFile.Replace(path + ".bak", text ?? "");
                    Log.DevicePluginFileInvalid(logger, path, invalid.Message);
                    metrics.PluginFileWritten("error");
                }

                WriteRecord();
                break;
            case PluginFileResult.Changed changed:
                _invalid = null;
                _conflicts = changed.Conflicts.ToHashSet(StringComparer.Ordinal);
                var before = _owned;
                Claim();
                var after = _owned;
                _restartDueSince = NextChange();

                // First the record. Whoever is ended between the two leaves the old file, in which the old entries are ours as well.
                _owned = [.. before, .. after];
                WriteRecord();
                DurableFile.Replace(path, changed.Text);
                _owned = after;
                metrics.PluginFileWritten("success");
                Log.DevicePluginFileWritten(logger, path, _offered.Count);
                break;
            case PluginFileResult.Unchanged unchanged:
                _invalid = null;
                _conflicts = unchanged.Conflicts.ToHashSet(StringComparer.Ordinal);
                Claim();
                WriteRecord();
                break;
        }
    }

    private void Claim()
    {
        if (_offered.Count > 0 || _owned.Count > 0)
        {
            _owned = DevicePluginFile
                .OwnedBy(_offered.Values.Where(device => !_conflicts.Contains(device.Resource.ToString())))
                .ToHashSet(StringComparer.Ordinal);
        }
    }

    // Never the same moment twice: a restart that began before this change must not be taken for one that followed it.
    private DateTimeOffset NextChange()
    {
        var now = time.GetUtcNow();
        return _restartDueSince is { } before && before >= now ? before.AddTicks(1) : now;
    }

    private PublisherRecord ReadRecord()
    {
        try
        {
            return DurableFile.Read(_recordPath) is { Length: > 0 } text
                ? JsonSerializer.Deserialize(text, PublisherJson.Default.PublisherRecord) ?? new PublisherRecord()
                : new PublisherRecord();
        }
        catch (JsonException error)
        {
            // Without the record our entries are told by their addresses, once the devices are offered again.
            Log.PublisherRecordUnreadable(logger, _recordPath, error.Message);
            return new PublisherRecord();
        }
    }

    private void Fill(PublisherRecord record)
    {
        foreach (var device in record.Offered.Select(stored => stored.ToDevice()))
        {
            _offered[device.Address] = device;
        }

        if (record.RestartDueSince is not null)
        {
            _unread.UnionWith(_offered.Keys);
        }

        foreach (var device in record.Withdrawn.Select(stored => stored.ToDevice()))
        {
            _withdrawn[device.Address] = device;
        }
    }

    private void WriteRecord()
    {
        var record = new PublisherRecord
        {
            BootId = _bootId,
            Owned = [.. _owned.Order(StringComparer.Ordinal)],
            Offered = [.. _offered.Values.Select(PublisherRecordDevice.Of)],
            Withdrawn = [.. _withdrawn.Values.OrderBy(device => device.Address).Select(PublisherRecordDevice.Of)],
            RestartDueSince = _restartDueSince,
        };
        var text = JsonSerializer.Serialize(record, PublisherJson.Default.PublisherRecord) + "\n";
        if (record is { Owned.Count: 0, Offered.Count: 0 } && !File.Exists(_recordPath))
        {
            return;
        }

        if (DurableFile.Read(_recordPath) != text)
        {
            DurableFile.Replace(_recordPath, text);
        }
    }
}
