using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using MultiEni.Api;
using MultiEni.Manager.Binding;
using MultiEni.Manager.Host;
using MultiEni.Manager.Host.Kernel;
using MultiEni.Manager.Safety;
using MultiEni.Manager.Telemetry;

namespace MultiEni.Manager.Publishing;

/// <summary>
/// Brings the SR-IOV device plugin's file, and the record beside it, to what is to be offered.
/// Whatever the disk answers is part of the state that comes back: what was not written is never
/// taken for written. Called by one caller at a time.
/// </summary>
/// <param name="path">The plugin's file.</param>
/// <param name="before">
/// Called before each write with the name of the point; lets tests end the program, or fail the
/// disk, there.
/// </param>
/// <param name="metrics">Counts what is done.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
internal sealed class PluginFileWriter(string path, Action<string>? before, ManagerMetrics metrics, TimeProvider time, ILogger logger)
{
    private const int MostRepairs = 3;
    private static readonly TimeSpan RepairWindow = TimeSpan.FromMinutes(10);
    private static readonly ImmutableDictionary<PciAddress, EntryConflict> NoConflicts = ImmutableDictionary<PciAddress, EntryConflict>.Empty;

    private readonly string _recordPath = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, ".aws-multi-eni-controller.json");
    private readonly RepairLimit _repairs = new(MostRepairs, RepairWindow, time);

    /// <summary>What a predecessor left; nothing when that makes no sense.</summary>
    /// <exception cref="IOException">
    /// The disk does not give it, so what is on offer is not known.
    /// </exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public PluginFileState Load(string bootId)
    {
        var text = DurableFile.Read(_recordPath);
        try
        {
            var record = string.IsNullOrEmpty(text) ? null : JsonSerializer.Deserialize(text, PublisherJson.Default.PublisherRecord);
            return PluginFileState.Of(record ?? new PublisherRecord(), bootId);
        }
        catch (Exception error) when (error is JsonException or FormatException or ArgumentException)
        {
            // Without the record our entries are told by their addresses, once the devices are
            // offered again.
            Log.PublisherRecordUnreadable(logger, _recordPath, error.Message);
            return PluginFileState.Of(new PublisherRecord(), bootId);
        }
    }

    /// <summary>Writes what has to be written.</summary>
    /// <param name="wanted">What is to be offered.</param>
    /// <param name="isRepair">
    /// Whether nothing else is wanted than before, so that a difference is somebody else's doing.
    /// </param>
    public PluginFileState Apply(PluginFileState wanted, bool isRepair)
    {
        string? text;
        try
        {
            text = DurableFile.Read(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return Failed(wanted, "read", path, error, wanted.Withdrawn.Values, NoConflicts);
        }

        switch (DevicePluginFile.Merge(text, wanted.Owned, [.. wanted.Offered.Values]))
        {
            case PluginFileResult.Invalid invalid:
                return Refuse(wanted, text ?? "", invalid.Message);
            case PluginFileResult.Changed changed when isRepair && _repairs.Wait() > TimeSpan.Zero:
                return Disagree(wanted, Contested(), OfferedBy(text, wanted), changed.Conflicts);
            case PluginFileResult.Changed changed:
                var next = Write(wanted, text, changed);
                if (isRepair && next.Trouble is null)
                {
                    _repairs.Note();
                }

                return next;
            case PluginFileResult.Unchanged unchanged:
                var agreeing = wanted.Agreeing(unchanged.Conflicts);
                return Record(agreeing) is { } failed
                    ? Failed(wanted, "written", _recordPath, failed, OfferedBy(text, wanted), unchanged.Conflicts)
                    : agreeing;
            default:
                throw new InvalidOperationException("No such result.");
        }
    }

    /// <summary>Writes the record alone.</summary>
    /// <returns>What went wrong, or null.</returns>
    public Exception? Record(PluginFileState state)
    {
        var record = state.ToRecord();
        try
        {
            if (record is { Owned.Count: 0, Offered.Count: 0 } && !File.Exists(_recordPath))
            {
                return null;
            }

            var text = JsonSerializer.Serialize(record, PublisherJson.Default.PublisherRecord) + "\n";
            if (DurableFile.Read(_recordPath) != text)
            {
                before?.Invoke("publisher record");
                DurableFile.Replace(_recordPath, text);
            }

            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return error;
        }
    }

    // The new file is on the disk before anything is said about it, then the record, then the file
    // takes its place. Whoever is ended in between leaves the old file, in which the old entries
    // are ours as well.
    private PluginFileState Write(PluginFileState wanted, string? text, PluginFileResult.Changed changed)
    {
        var next = wanted.Changed(changed.Conflicts, text, time.GetUtcNow());
        try
        {
            before?.Invoke("device plugin file");
            using var pending = DurableFile.Prepare(path, changed.Text);
            if (Record(next with { Owned = wanted.Owned.Union(next.Owned), Withdrawn = wanted.Withdrawn }) is { } failed)
            {
                return Failed(wanted, "written", _recordPath, failed, OfferedBy(text, wanted), changed.Conflicts);
            }

            before?.Invoke("device plugin file renamed");
            pending.Commit();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return Failed(wanted, "written", path, error, OfferedBy(text, wanted), changed.Conflicts);
        }

        metrics.PluginFileWritten("success");
        Log.DevicePluginFileWritten(logger, path, next.InFile.Count);
        return next;
    }

    private PluginFileState Refuse(PluginFileState wanted, string text, string message)
    {
        var copy = path + ".bak";
        var kept = "";
        try
        {
            if (DurableFile.Read(copy) != text)
            {
                DurableFile.Replace(copy, text);
            }

            kept = $" (a copy is {copy})";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The copy is a courtesy; the file itself is not touched.
        }

        var why = new Blocker(Reasons.DevicePluginFileInvalid, $"{path} is invalid and was left unchanged{kept}: {message}. Correct or remove it.");
        if (Record(wanted) is { } failed)
        {
            Log.PublisherRecordUnwritten(logger, _recordPath, failed.Message);
        }

        // What it makes of devices that were taken back cannot be told.
        return Disagree(wanted, why, wanted.Withdrawn.Values, NoConflicts);
    }

    private PluginFileState Failed(
        PluginFileState wanted,
        string operation,
        string file,
        Exception error,
        IEnumerable<OfferedDevice> inFile,
        IReadOnlyDictionary<PciAddress, EntryConflict> conflicts
    )
    {
        var number = SystemErrors.Find(error);
        var remedy = number switch
        {
            Errno.NoSpace or Errno.QuotaExceeded => "Free space on the file system of that folder on the node",
            Errno.ReadOnly =>
                "Mount the host folder of SRIOV_DP_CONFIG_PATH writable into the eni-manager pod, and check that the node's file system is not read-only",
            Errno.NotPermitted or Errno.AccessDenied =>
                "Run the eni-manager container privileged, and check that SELinux or AppArmor lets it write there",
            _ => "Check that the host folder of SRIOV_DP_CONFIG_PATH exists and is mounted into the eni-manager pod",
        };
        return Disagree(
            wanted,
            new Blocker(
                Reasons.DevicePluginFileUnwritable,
                $"{file} could not be {operation} ({(number is { } known ? SysfsFailure.Name(known) : error.Message)}). {remedy}. The write is retried."
            ),
            inFile,
            conflicts
        );
    }

    private PluginFileState Disagree(
        PluginFileState wanted,
        Blocker why,
        IEnumerable<OfferedDevice> inFile,
        IReadOnlyDictionary<PciAddress, EntryConflict> conflicts
    )
    {
        if (wanted.Trouble != why)
        {
            Log.DevicePluginFileTrouble(logger, why.Reason, why.Message);
            metrics.PluginFileWritten("error");
        }

        return wanted.Disagreeing(why, inFile, conflicts);
    }

    private Blocker Contested() =>
        new(
            Reasons.DevicePluginFileContested,
            $"Another program keeps changing {path} so that the ENI manager's entries are lost or altered. They were restored {MostRepairs} times within "
                + $"{RepairWindow.TotalMinutes:0} minutes; each restore restarts the SR-IOV device plugin and takes all of its resources off the node for seconds, so it is "
                + "limited. Find the program that writes the file, such as a DaemonSet or configuration management, and have it keep the entries of "
                + "others; or set DEVICE_PUBLISHER=embedded."
        );

    private static IEnumerable<OfferedDevice> OfferedBy(string? text, PluginFileState state) =>
        DevicePluginFile.Offers(text, [.. state.Offered.Values, .. state.Withdrawn.Values]);
}
