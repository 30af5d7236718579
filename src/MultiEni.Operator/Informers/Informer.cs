using Microsoft.Extensions.Logging;
using MultiEni.Api.Kubernetes;
using MultiEni.Operator.Client;
using MultiEni.Operator.Diagnostics;
using MultiEni.Operator.Queues;

namespace MultiEni.Operator.Informers;

/// <summary>
/// Keeps a local copy of the objects of a kind: lists once, then follows the changes, whatever
/// breaks in between.
/// </summary>
/// <typeparam name="T">The type of object.</typeparam>
public sealed class Informer<T>
    where T : class, IKubernetesObject
{
    private static readonly TimeSpan ShortestWatch = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan ToleratedFailing = TimeSpan.FromMinutes(1);

    // A watch is asked to end after ten minutes at most, and given up soon after that.
    private static readonly TimeSpan ToleratedSilence = TimeSpan.FromMinutes(30);

    private readonly KubernetesClient _client;
    private readonly ResourceKind<T> _kind;
    private readonly InformerScope _scope;
    private readonly Func<T, T>? _trim;
    private readonly OperatorMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Func<double> _random;
    private readonly ObjectStore<T> _store;
    private readonly KeyValuePair<string, object?> _label;
    private readonly TaskCompletionSource<IObjectCache<T>> _synced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _healthGate = new();
    private InformerHealth _health = new(false, null, null);
    private string? _version;
    private bool _sawFrames;
    private bool _hasExpired;
    private int _failures;
    private int _started;
    private long _attemptedAt;
    private long? _failingSince;

    /// <summary>An informer that waits for <see cref="RunAsync"/>.</summary>
    /// <param name="client">Connection.</param>
    /// <param name="kind">What to follow.</param>
    /// <param name="scope">Which of it.</param>
    /// <param name="trim">
    /// Drops what nobody reads before an object is kept; null keeps it all.
    /// </param>
    /// <param name="metrics">Where lists and failures are counted.</param>
    /// <param name="time">Clock.</param>
    /// <param name="logger">Log.</param>
    /// <param name="random">Numbers in [0, 1) that keep many informers out of step.</param>
    public Informer(
        KubernetesClient client,
        ResourceKind<T> kind,
        InformerScope scope,
        Func<T, T>? trim,
        OperatorMetrics metrics,
        TimeProvider time,
        ILogger logger,
        Func<double>? random = null
    )
    {
        ArgumentNullException.ThrowIfNull(kind);
        _client = client;
        _kind = kind;
        _scope = scope;
        _trim = trim;
        _metrics = metrics;
        _time = time;
        _logger = logger;
        _random = random ?? Random.Shared.NextDouble;
        _store = new ObjectStore<T>(kind.Plural, trim);
        _label = new("resource", kind.Plural);
        _attemptedAt = time.GetTimestamp();
    }

    /// <summary>How the informer is doing.</summary>
    public InformerHealth Health
    {
        get
        {
            lock (_healthGate)
            {
                return _health;
            }
        }
    }

    /// <summary>
    /// Whether the cache is complete, and not older than a minute of failing requests.
    /// </summary>
    public HealthResult Readiness()
    {
        lock (_healthGate)
        {
            if (!_health.IsSynced)
            {
                return HealthResult.Unhealthy(_health.LastFailure ?? "the first list is not in yet");
            }

            return _failingSince is { } since && _time.GetElapsedTime(since) is var failing && failing >= ToleratedFailing
                ? HealthResult.Unhealthy($"requests have failed for {failing.TotalSeconds:0} s, the last one with: {_health.LastFailure}")
                : HealthResult.Healthy;
        }
    }

    /// <summary>
    /// Whether it is still asking. That the API server does not answer is no reason for a restart:
    /// each failing request ends and is followed by the next, and only a request that never ends is
    /// one.
    /// </summary>
    public HealthResult Liveness()
    {
        lock (_healthGate)
        {
            var silent = _time.GetElapsedTime(_attemptedAt);
            return silent < ToleratedSilence
                ? HealthResult.Healthy
                : HealthResult.Unhealthy($"the last request began {silent.TotalMinutes:0} min ago and has not ended");
        }
    }

    /// <summary>Registers an index. Must come before <see cref="RunAsync"/>.</summary>
    /// <exception cref="InvalidOperationException">
    /// The informer runs already, or the name is taken.
    /// </exception>
    public void AddIndex(string name, Func<T, IEnumerable<string>> values)
    {
        if (Volatile.Read(ref _started) != 0)
        {
            throw new InvalidOperationException($"The informer of {_kind.Plural} runs already; its indexes are fixed.");
        }

        _store.AddIndex(name, values);
    }

    /// <summary>
    /// The cache, as soon as the first complete list is in. There is no other way to it.
    /// </summary>
    public Task<IObjectCache<T>> SyncedAsync(CancellationToken cancellationToken) => _synced.Task.WaitAsync(cancellationToken);

    /// <summary>
    /// Calls <paramref name="onChange"/> for every object known now, as added, and for every change
    /// from now on, one at a time and in order, until disposed. The call must be short: it holds up
    /// the informer. What it throws ends <see cref="RunAsync"/>: a change that was lost is a bug
    /// that must be seen.
    /// </summary>
    public IDisposable Subscribe(Action<ObjectChange<T>> onChange) => _store.Subscribe(onChange);

    /// <summary>
    /// Runs until cancelled; survives every failure of the connection, and no failure of a
    /// subscriber.
    /// </summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _started, 1) != 0)
        {
            throw new InvalidOperationException($"The informer of {_kind.Plural} runs already.");
        }

        try
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                var pause = await FollowAsync(cancellationToken);
                if (pause > TimeSpan.Zero)
                {
                    await Task.Delay(pause, _time, cancellationToken);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The asked-for end.
        }
        finally
        {
            _synced.TrySetCanceled(CancellationToken.None);
        }
    }

    /// <summary>
    /// One list, if needed, and one watch. Returns how long to wait before the next.
    /// </summary>
    private async Task<TimeSpan> FollowAsync(CancellationToken cancellationToken)
    {
        _sawFrames = false;
        Attempted();
        try
        {
            _version ??= await ListAsync(cancellationToken);
            var asked = ShortestWatch * (1 + _random());
            var begin = _time.GetTimestamp();
            await WatchAsync(asked, cancellationToken);
            _hasExpired = false;
            return Recover(WatchRecovery.AfterEnd(_sawFrames, _time.GetElapsedTime(begin), asked), "the watch ended at once");
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && e is not ConsumerFailedException)
        {
            _metrics.InformerFailures.Add(1, _label);
            var recovery = WatchRecovery.AfterFailure(e, _sawFrames, _hasExpired);
            _hasExpired = e is KubernetesApiException { IsExpired: true };
            if (!recovery.IsFailure)
            {
                OperatorLog.Expired(_logger, _kind.Plural);
            }

            return Recover(recovery, e.Message);
        }
    }

    private TimeSpan Recover(WatchRecovery recovery, string failure)
    {
        if (recovery.ListAgain)
        {
            _version = null;
        }

        if (!recovery.IsFailure)
        {
            // The server has answered, whatever was before.
            _failures = 0;
            HeardFromServer();
            return TimeSpan.Zero;
        }

        var delay = Backoff.Reconnect.Delay(_failures++, _random());
        var isNew = false;
        lock (_healthGate)
        {
            isNew = _health.LastFailure != failure;
            _health = _health with { LastFailure = failure };
            _failingSince ??= _time.GetTimestamp();
        }

        if (isNew)
        {
            OperatorLog.ContactLost(_logger, _kind.Plural, delay, failure);
        }
        else
        {
            OperatorLog.StillNoContact(_logger, _kind.Plural, delay, failure);
        }

        return delay;
    }

    private async Task<string?> ListAsync(CancellationToken cancellationToken)
    {
        _store.BeginList();
        var objects = new List<T>();
        var options = new ListOptions
        {
            Namespace = _scope.Namespace,
            LabelSelector = _scope.LabelSelector,
            FieldSelector = _scope.FieldSelector,
            Limit = KubernetesClient.PageSize,
        };
        while (true)
        {
            try
            {
                var page = await _client.ListAsync(_kind, options, cancellationToken);
                HeardFromServer();
                foreach (var obj in page.Items)
                {
                    objects.Add(Trimmed(obj));
                }

                if (string.IsNullOrEmpty(page.Metadata.Continue))
                {
                    return TakeOver(objects, page.Metadata.ResourceVersion);
                }

                options = options with { Continue = page.Metadata.Continue };
            }
            catch (KubernetesApiException e) when (e.IsExpired && options.Continue is not null)
            {
                // The pages took longer than the server keeps history: all in one piece instead.
                _store.BeginList();
                objects.Clear();
                options = options with { Continue = null, Limit = null };
            }
        }
    }

    private string? TakeOver(List<T> objects, string? listVersion)
    {
        _store.Replace(objects, listVersion);
        _metrics.InformerLists.Add(1, _label);
        lock (_healthGate)
        {
            _health = _health with { IsSynced = true };
        }

        OperatorLog.Listed(_logger, _kind.Plural, objects.Count, listVersion);
        _synced.TrySetResult(_store);
        return listVersion;
    }

    private async Task WatchAsync(TimeSpan asked, CancellationToken cancellationToken)
    {
        var options = new WatchOptions
        {
            Namespace = _scope.Namespace,
            LabelSelector = _scope.LabelSelector,
            FieldSelector = _scope.FieldSelector,
            ResourceVersion = _version,
            Timeout = asked,
        };
        await foreach (var frame in _client.WatchAsync(_kind, options, cancellationToken))
        {
            switch (frame)
            {
                case WatchEvent<T>.Added(var obj):
                    Take(obj, isDeletion: false);
                    break;
                case WatchEvent<T>.Modified(var obj):
                    Take(obj, isDeletion: false);
                    break;
                case WatchEvent<T>.Deleted(var obj):
                    Take(obj, isDeletion: true);
                    break;
                case WatchEvent<T>.Bookmark(var reached):
                    MoveTo(reached);
                    break;
                case WatchEvent<T>.Error(var status):
                    throw new KubernetesApiException($"watch {_kind.Plural}", status);
            }
        }
    }

    private void Take(T obj, bool isDeletion)
    {
        var seen = Trimmed(obj);
        _store.See(seen, isDeletion);
        MoveTo(seen.Metadata.ResourceVersion);
    }

    private T Trimmed(T obj) => _trim is null ? obj : _trim(obj);

    private void MoveTo(string? reached)
    {
        _sawFrames = true;
        _failures = 0;
        if (!string.IsNullOrEmpty(reached))
        {
            _version = reached;
            _store.Reach(reached);
        }

        HeardFromServer();
    }

    private void Attempted()
    {
        lock (_healthGate)
        {
            _attemptedAt = _time.GetTimestamp();
        }
    }

    private void HeardFromServer()
    {
        var isBack = false;
        lock (_healthGate)
        {
            isBack = _health.LastFailure is not null;
            _health = _health with { LastContact = _time.GetUtcNow(), LastFailure = null };
            _failingSince = null;
            _attemptedAt = _time.GetTimestamp();
        }

        if (isBack)
        {
            OperatorLog.ContactBack(_logger, _kind.Plural);
        }
    }
}

/// <summary>Which objects of a kind an informer follows.</summary>
public sealed record InformerScope
{
    /// <summary>Every object of the kind.</summary>
    public static InformerScope All { get; } = new();

    /// <summary>One namespace; all of them when null.</summary>
    public string? Namespace { get; init; }

    /// <summary>Label selector.</summary>
    public string? LabelSelector { get; init; }

    /// <summary>Field selector.</summary>
    public string? FieldSelector { get; init; }
}

/// <summary>How an informer is doing.</summary>
/// <param name="IsSynced">Whether the first complete list is in.</param>
/// <param name="LastContact">
/// When the API server was last heard from; null before the first answer.
/// </param>
/// <param name="LastFailure">What went wrong last, or null while the connection is good.</param>
public sealed record InformerHealth(bool IsSynced, DateTimeOffset? LastContact, string? LastFailure);

/// <summary>
/// Code that was told of a change failed, which is a bug: the change is lost to it, and going on
/// would hide that.
/// </summary>
internal sealed class ConsumerFailedException(string kind, Exception failure)
    : Exception($"What follows {kind} failed on a change: {failure.Message}", failure);
