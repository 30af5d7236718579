using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using MultiEni.Api;
using MultiEni.Api.Kubernetes;
using MultiEni.Api.ResourceClaims;
using MultiEni.Manager.Safety;
using MultiEni.Operator;
using MultiEni.Operator.Client;
using MultiEni.Operator.Hosting;
using MultiEni.Operator.Informers;

namespace MultiEni.Manager.Claims.Slices;

/// <summary>
/// Keeps the node's slice in the API server as it should be. A kubelet deletes the slices of its
/// node when it starts, and those of a driver that it has not reached for half a minute, so what
/// was written once is watched and written again.
/// </summary>
internal sealed class SlicePublisher
{
    private static readonly TimeSpan ContestWindow = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(30);

    internal static readonly ResourceKind<ResourceSlice> Kind = new(
        ClaimNames.Group,
        ClaimNames.Version,
        "resourceslices",
        "ResourceSlice",
        false,
        ApiJson.Default.ResourceSlice,
        ApiJson.Default.KubernetesListResourceSlice
    );

    private readonly KubernetesClient _client;
    private readonly string _node;
    private readonly Action _settled;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Informer<ResourceSlice> _informer;
    private readonly RepairLimit _repairs;
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private IObjectCache<ResourceSlice>? _cache;
    private ResourceSliceSpec? _reached;
    private SliceEcho? _echo;
    private bool _keepsTaints = true;
    private int _leftOut;
    private TimeSpan _retry = FirstRetry;
    private string? _problem;

    /// <summary>A publisher that waits for <see cref="RunAsync"/>.</summary>
    /// <param name="client">The API server.</param>
    /// <param name="node">The node.</param>
    /// <param name="settled">
    /// Called when what is stored has changed, or a write of it has failed or succeeded again.
    /// </param>
    /// <param name="metrics">Counts what the runtime does.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log.</param>
    public SlicePublisher(KubernetesClient client, string node, Action settled, OperatorMetrics metrics, TimeProvider time, ILogger logger)
    {
        _client = client;
        _node = node;
        _settled = settled;
        _time = time;
        _logger = logger;
        _repairs = new RepairLimit(1, ContestWindow, time);
        var scope = new InformerScope { FieldSelector = $"spec.nodeName={node},spec.driver={ClaimNames.Driver}" };
        _informer = new Informer<ResourceSlice>(client, Kind, scope, null, metrics, time, logger);
    }

    /// <summary>
    /// Whether the API server stores taints of devices; true until the contrary has shown.
    /// </summary>
    public bool KeepsTaints => Volatile.Read(ref _keepsTaints);

    /// <summary>
    /// Why the slice is not as it should be, or is not known; null when nothing is wrong.
    /// </summary>
    public string? Problem =>
        Volatile.Read(ref _cache) is null
            ? $"the node's ResourceSlices cannot be listed: {_informer.Health.LastFailure ?? "the first list is not in yet"}"
            : Volatile.Read(ref _problem);

    /// <summary>
    /// A device as stored; null when it is not in the slice, or what is stored is not known.
    /// </summary>
    public SliceDevice? Find(string device) =>
        Volatile.Read(ref _cache)?.Get(ObjectKey.Cluster(SliceDecision.NameOf(_node)))?.Spec.Devices?.Find(stored => stored.Name == device);

    /// <summary>
    /// Whether schedulers can see that a device is given to no further claim: it is not in the slice
    /// as stored, or has a taint there. False while what is stored is not known.
    /// </summary>
    public bool IsClosed(string device) => Volatile.Read(ref _cache) is not null && Find(device) is null or { Taints.Count: > 0 };

    /// <summary>Whether a device is not in the slice as stored. False while that is not known.</summary>
    public bool IsAbsent(string device) => Volatile.Read(ref _cache) is not null && Find(device) is null;

    /// <summary>Looks now.</summary>
    public void Wake() => _wake.Writer.TryWrite(true);

    /// <summary>Publishes until cancelled.</summary>
    /// <param name="wish">
    /// What the slice is to hold; null while that is not known, and then the slice is left as it
    /// is.
    /// </param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task RunAsync(Func<SliceWish?> wish, CancellationToken cancellationToken)
    {
        await using var background = new BackgroundTasks(cancellationToken);
        background.Add(_informer.RunAsync);
        await background.RunAsync(async token =>
        {
            var cache = await _informer.SyncedAsync(token);
            Volatile.Write(ref _cache, cache);
            using var changes = _informer.Subscribe(_ =>
            {
                Wake();
                _settled();
            });
            while (true)
            {
                await WaitAsync(await StepAsync(wish(), cache, token), token);
            }
        });
    }

    private async Task<TimeSpan> StepAsync(SliceWish? wanted, IObjectCache<ResourceSlice> cache, CancellationToken cancellationToken)
    {
        if (wanted is not { } wish)
        {
            return Timeout.InfiniteTimeSpan;
        }

        var content = SliceBuilder.Build(_node, wish.Entries, KeepsTaints);
        NoteLeftOut(content.LeftOut);
        var step = SliceDecision.Decide(content.Spec, wish.Owner, cache.List(), _echo);
        if (step is SliceStep.Nothing)
        {
            _reached = content.Spec;
            Note(null);
            return Timeout.InfiniteTimeSpan;
        }

        // What was there as it is to be, and is not any more, was changed or deleted by somebody
        // else.
        var isRepair = _reached is { } reached && SliceDecision.AreSame(reached, content.Spec);
        if (isRepair && _repairs.Wait() is var wait && wait > TimeSpan.Zero)
        {
            Note($"somebody else keeps changing or deleting it; it is put right once in {ContestWindow.TotalSeconds} s");
            return wait;
        }

        try
        {
            await WriteAsync(cache, step, cancellationToken);
        }
        catch (Exception error) when (KubernetesFailure.Is(error))
        {
            Note(error.Message);
            var pause = _retry;
            _retry = _retry * 2 < LongestRetry ? _retry * 2 : LongestRetry;
            return pause;
        }

        _retry = FirstRetry;
        if (isRepair)
        {
            _repairs.Note();
        }

        return TimeSpan.Zero;
    }

    private async Task WriteAsync(IObjectCache<ResourceSlice> cache, SliceStep step, CancellationToken cancellationToken)
    {
        switch (step)
        {
            case SliceStep.Delete(var obsolete):
                await _client.DeleteAsync(Kind, ObjectKey.Of(obsolete), new DeleteOptions { Uid = obsolete.Metadata.Uid }, cancellationToken);
                cache.Gone(obsolete);
                ClaimLog.SliceDeleted(_logger, obsolete.Metadata.Name);
                break;
            case SliceStep.Create(var slice):
                Take(cache, slice.Spec, await _client.CreateAsync(Kind, slice, cancellationToken));
                break;
            case SliceStep.Replace(var slice):
                Take(cache, slice.Spec, await _client.ReplaceAsync(Kind, slice, null, cancellationToken));
                break;
        }
    }

    private void Take(IObjectCache<ResourceSlice> cache, ResourceSliceSpec sent, ResourceSlice answer)
    {
        var echo = new SliceEcho(sent, answer.Spec);
        if (echo.Dropped.Count > 0 && _echo?.Dropped.SequenceEqual(echo.Dropped) != true)
        {
            ClaimLog.FieldsDropped(_logger, answer.Metadata.Name, string.Join(", ", echo.Dropped));
        }

        _echo = echo;
        Volatile.Write(ref _keepsTaints, echo.KeepsTaints ?? KeepsTaints);
        cache.Wrote(answer);
        ClaimLog.SliceWritten(_logger, answer.Metadata.Name, answer.Spec.Devices?.Count ?? 0);
    }

    private void NoteLeftOut(int count)
    {
        if (count > 0 && count != _leftOut)
        {
            ClaimLog.DevicesLeftOut(_logger, _node, count);
        }

        _leftOut = count;
    }

    private void Note(string? problem)
    {
        if (Interlocked.Exchange(ref _problem, problem) == problem)
        {
            return;
        }

        if (problem is not null)
        {
            ClaimLog.SliceNotWritten(_logger, _node, problem);
        }

        _settled();
    }

    private async Task WaitAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        if (patience == TimeSpan.Zero)
        {
            return;
        }

        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(Task.Delay(patience, _time, over.Token), _wake.Reader.WaitToReadAsync(over.Token).AsTask());
        await over.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
        _wake.Reader.TryRead(out _);
    }
}

/// <summary>What a slice is to hold.</summary>
/// <param name="Entries">Its devices.</param>
/// <param name="Owner">The node's object, with which it goes.</param>
internal sealed record SliceWish(IReadOnlyCollection<SliceEntry> Entries, OwnerReference Owner);
