using Microsoft.Extensions.Logging;
using MultiEni.Api;
using MultiEni.Manager.Host;
using MultiEni.Manager.Telemetry;

namespace MultiEni.Manager.Publishing;

/// <summary>
/// Publishes through the SR-IOV device plugin's file. The plugin reads it only at start, so each
/// change of its meaning ends in one restart of the plugin's pod
/// (docs/reference/sriov-device-plugin.md#reading-and-restarting).
/// </summary>
/// <param name="path">The plugin's file.</param>
/// <param name="before">
/// Called before each write with the name of the point; null for nothing.
/// </param>
/// <param name="restartNeeded">
/// Called when the file's meaning has changed and the plugin has to read it.
/// </param>
/// <param name="settled">Called when a file that could not be written at first was written.</param>
/// <param name="metrics">Counts what is done.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
internal sealed class FileDevicePublisher(
    string path,
    Action<string>? before,
    Action restartNeeded,
    Action settled,
    ManagerMetrics metrics,
    TimeProvider time,
    ILogger logger
) : IDevicePublisher, IDisposable
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromMinutes(1);

    private readonly PluginFileWriter _writer = new(path, before, metrics, time, logger);

    // One change after the other; questions are answered from the last state and wait for no disk.
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly WakeSignal _unwritten = new();
    private PluginFileState _state = new();

    /// <inheritdoc />
    public IReadOnlyList<OfferedDevice> Offered => [.. State.Offered.Values];

    /// <summary>Devices that were taken back and that the node may still count.</summary>
    public IReadOnlyList<OfferedDevice> Withdrawn => [.. State.Withdrawn.Values];

    /// <summary>Since when the plugin has a change to read; null when it has none.</summary>
    public DateTimeOffset? RestartDueSince => State.RestartDueSince;

    private PluginFileState State => Volatile.Read(ref _state);

    /// <inheritdoc />
    public Task StartAsync(string bootId, CancellationToken cancellationToken) => ApplyAsync(_ => _writer.Load(bootId), cancellationToken);

    /// <inheritdoc />
    public Task OfferAsync(OfferedDevice device, CancellationToken cancellationToken) => ApplyAsync(state => state.Offer(device), cancellationToken);

    /// <inheritdoc />
    public Task WithdrawAsync(PciAddress address, CancellationToken cancellationToken) =>
        ApplyAsync(state => state.Withdraw(address), cancellationToken);

    /// <summary>
    /// Nothing: the SR-IOV device plugin offers its devices whatever becomes of them
    /// (docs/reference/sriov-device-plugin.md#reading-and-restarting). The agent withdraws what is
    /// gone.
    /// </summary>
    public Task CheckAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>
    /// Puts right what others have changed, and tries again what could not be written.
    /// </summary>
    public Task RepairAsync(CancellationToken cancellationToken) => ApplyAsync(state => state, cancellationToken);

    /// <inheritdoc />
    public async Task<bool> ConfirmAsync(IReadOnlyDictionary<string, string>? allocatable, CancellationToken cancellationToken)
    {
        var ended = false;
        if (!State.Withdrawn.IsEmpty)
        {
            await ChangeAsync(
                state =>
                {
                    var next = state.Confirm(allocatable);
                    ended = next.Withdrawn.Count < state.Withdrawn.Count;
                    return ended ? Recorded(next) : state;
                },
                cancellationToken
            );
        }

        return ended;
    }

    /// <inheritdoc />
    public OfferState StateOf(PciAddress address, IReadOnlyDictionary<string, string>? allocatable) =>
        State.StateOf(address, allocatable, time.GetUtcNow(), path);

    /// <summary>
    /// The plugin reads the file now: it was restarted, or started by itself, after the last
    /// change.
    /// </summary>
    /// <param name="changedAt">The change that it is known to have read.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task PluginReadAsync(DateTimeOffset changedAt, CancellationToken cancellationToken) =>
        ChangeAsync(state => Recorded(state.Read(changedAt, time.GetUtcNow())), cancellationToken);

    /// <summary>What was seen of the plugin in place of one that reads the file.</summary>
    public Task PluginSeenAsync(PluginSight plugin, CancellationToken cancellationToken) =>
        ChangeAsync(state => state with { Plugin = plugin }, cancellationToken);

    /// <summary>
    /// Tries again, at growing intervals, whenever the file could not be written, until cancelled.
    /// </summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await _unwritten.WaitAsync(cancellationToken);
            for (var delay = FirstRetry; IsUnwritten(State); delay = delay * 2 < LongestRetry ? delay * 2 : LongestRetry)
            {
                await Task.Delay(delay, time, cancellationToken);
                await RepairAsync(cancellationToken);
            }

            settled();
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _turn.Dispose();
        _unwritten.Dispose();
    }

    private static bool IsUnwritten(PluginFileState state) => state.Trouble?.Reason == Reasons.DevicePluginFileUnwritable;

    // Where nothing else is wanted than before and it was written, a difference is somebody else's
    // doing.
    private async Task ApplyAsync(Func<PluginFileState, PluginFileState> change, CancellationToken cancellationToken)
    {
        await ChangeAsync(
            state =>
                change(state) is var wanted && ReferenceEquals(wanted, state) && !IsUnwritten(state)
                    ? _writer.Apply(wanted, isRepair: true)
                    : _writer.Apply(wanted, isRepair: false),
            cancellationToken
        );
        if (RestartDueSince is not null)
        {
            restartNeeded();
        }
    }

    private async Task ChangeAsync(Func<PluginFileState, PluginFileState> change, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            var next = change(_state);
            var fails = IsUnwritten(next) && !IsUnwritten(_state);
            Volatile.Write(ref _state, next);
            if (fails)
            {
                _unwritten.Set();
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    // A record that is older than this costs a successor one restart of the plugin too many, or one
    // look at the node's count, and no more.
    private PluginFileState Recorded(PluginFileState state)
    {
        if (_writer.Record(state) is { } error)
        {
            Log.PublisherRecordUnwritten(logger, path, error.Message);
        }

        return state;
    }
}
