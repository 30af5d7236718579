using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using MultiEni.Controller.Ec2.Failures;
using MultiEni.Controller.Leading;

namespace MultiEni.Controller.Ec2.Inventory;

/// <summary>
/// What is known of our ENIs, without asking EC2 for each: one paged sweep, the answers of our own
/// calls, and one shared poll for whatever is in transition.
/// </summary>
internal sealed class EniInventory : IDisposable
{
    private static readonly TimeSpan UnclaimedLifetime = TimeSpan.FromMinutes(30);

    private readonly Lock _gate = new();
    private readonly Ec2Client _client;
    private readonly EniInventoryOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly InventoryState _state;
    private readonly OccupancyReader _occupancy;
    private readonly DescribeCoalescer<EniId, EniRow> _confirmations;
    private readonly IDisposable _effects;
    private long _unclaimedRead;
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>
    /// Empty until the first sweep. Learns of our own calls from <see cref="Ec2Client.Effects" />.
    /// </summary>
    public EniInventory(Ec2Client client, EniInventoryOptions options, TimeProvider time, ILogger? logger = null)
    {
        _client = client;
        _options = options;
        _time = time;
        _logger = logger ?? NullLogger.Instance;
        _state = new(options.Grace, time.GetUtcNow());
        _unclaimedRead = time.GetTimestamp();
        _occupancy = new(
            (instances, token) => client.DescribeEnisOnInstancesAsync(instances, CallPriority.AttachUnready, token),
            options.Cluster,
            options.OccupancyLifetime,
            time
        );
        _confirmations = new(
            async (enis, token) =>
                (await client.DescribeEnisByIdAsync(enis, CallPriority.AttachUnready, token)).ToDictionary(row => EniId.Parse(row.EniId, null)),
            static _ => false,
            new(),
            time
        );
        _effects = client.Effects.Subscribe(Record);
    }

    /// <summary>
    /// Every row that came, changed or went: the slot tag, or the ENI when it has none.
    /// </summary>
    public Signal<string> Changes { get; } = new();

    /// <summary>
    /// Whether a sweep has completed; before that nothing may be created
    /// (docs/reference/ec2.md#one-eni-per-slot).
    /// </summary>
    public bool Swept => Read(state => state.Swept);

    /// <summary>All our ENIs.</summary>
    public IReadOnlyList<EniRow> Rows() => Read(state => state.Rows());

    /// <summary>One that was adopted from a launch template; null when there is none.</summary>
    public EniRow? FindAdopted() => Read(state => state.FindAdopted());

    /// <summary>The ENI, if known.</summary>
    public EniRow? Find(string eniId) => Read(state => state.Find(eniId));

    /// <summary>
    /// ENIs of the slot; more than one means duplicates, all of which are returned.
    /// </summary>
    public IReadOnlyList<EniRow> FindBySlot(string slot) => Read(state => state.FindBySlot(slot));

    /// <summary>Our ENIs attached to the instance, or on their way.</summary>
    public IReadOnlyList<EniRow> FindByInstance(string instanceId) => Read(state => state.FindByInstance(instanceId));

    /// <summary>
    /// Whether the ENI exists. For one that was never seen, <see cref="Watch" /> finds out.
    /// </summary>
    public Presence PresenceOf(string eniId) => Read(state => state.PresenceOf(eniId));

    /// <summary>
    /// Whether the slot has an ENI. After a Create whose outcome is unknown, absence needs a
    /// description begun after the grace time.
    /// </summary>
    public Presence PresenceOfSlot(string slot) => Read(state => state.PresenceOfSlot(slot));

    /// <summary>
    /// Whether an absence of the slot's ENI takes in what a predecessor did just before this
    /// inventory began. If not, the shared poll finds out as soon as it can be known, and tells by
    /// <see cref="Changes" />.
    /// </summary>
    /// <param name="slot">The slot.</param>
    /// <param name="abandonedAt">
    /// From here on no controller creates an ENI for the slot; null when a predecessor may have done
    /// so until this inventory began.
    /// </param>
    public bool IsSettled(string slot, DateTimeOffset? abandonedAt)
    {
        lock (_gate)
        {
            if (_state.IsSettled(slot, abandonedAt))
            {
                return true;
            }

            _state.Suspect(slot, abandonedAt);
        }

        _wake.Writer.TryWrite(item: true);
        return false;
    }

    /// <summary>
    /// The first sweep of a term of leadership. It asks for the owner tag alone, of whatever
    /// cluster, and so also finds what the Go controller left.
    /// </summary>
    public Task FirstSweepAsync(CancellationToken cancellationToken) =>
        SweepAsync(new Dictionary<string, string>(StringComparer.Ordinal) { [EniTags.ManagedBy] = EniTags.Owner }, cancellationToken);

    /// <summary>
    /// Reads all our ENIs, page by page, and tells the differences. ENIs that are gone are dropped
    /// when the sweep began after the grace time of what was last known of them.
    /// </summary>
    public Task SweepAsync(CancellationToken cancellationToken) =>
        SweepAsync(
            new Dictionary<string, string>(StringComparer.Ordinal) { [EniTags.Cluster] = _options.Cluster, [EniTags.ManagedBy] = EniTags.Owner },
            cancellationToken
        );

    /// <summary>How many ENIs of the Go controller have no slot yet.</summary>
    public int Unclaimed => Read(state => state.Unclaimed.Count);

    /// <summary>
    /// An ENI that the Go controller attached to the instance for this NodeENI and subnet, and that
    /// no slot has yet.
    /// </summary>
    public EniRow? FindUnclaimed(string instanceId, string nodeEni, string subnetId) =>
        Read(state => state.Unclaimed.Find(instanceId, nodeEni, subnetId));

    /// <summary>
    /// Whether an unclaimed ENI is still there and still nobody's. The sweep that found it may be
    /// days old, and what has changed since no other sweep shows; asked together with others.
    /// </summary>
    public async Task<bool> ConfirmUnclaimedAsync(EniRow row, CancellationToken cancellationToken)
    {
        var observation = Begin();
        var now = await _confirmations.GetAsync(EniId.Parse(row.EniId, null), cancellationToken);
        if (now?.Tags.GetValueOrDefault(EniTags.Cluster) == _options.Cluster)
        {
            // Adopted already, by a call whose answer was lost.
            Step(state => state.Observe(observation, [now]));
        }

        return Read(state => state.Unclaimed.Confirm(row, now));
    }

    /// <summary>
    /// Whether an ENI of ours is still there and still unattached. The sweep that showed it so may
    /// be minutes old; asked together with others.
    /// </summary>
    public async Task<bool> ConfirmUnattachedAsync(EniRow row, CancellationToken cancellationToken)
    {
        var observation = Begin();
        if (await _confirmations.GetAsync(EniId.Parse(row.EniId, null), cancellationToken) is not { } now)
        {
            StepGone(state => state.Absent(observation, [row.EniId]));
            return false;
        }

        Step(state => state.Observe(observation, [now]));
        return Find(row.EniId) is { Status: EniStates.Available, Attachment: null or { Status: EniStates.Detached } };
    }

    /// <summary>EC2 does not know an unclaimed ENI any more.</summary>
    public void ForgetUnclaimed(string eniId) =>
        Read(state =>
        {
            state.Unclaimed.Remove(eniId);
            return true;
        });

    /// <summary>
    /// Drops unclaimed ENIs that are gone or somebody's by now, so that none is planned for or kept
    /// in mind for ever. No call when there are none.
    /// </summary>
    public async Task RefreshUnclaimedAsync(CancellationToken cancellationToken)
    {
        var known = Read(state => state.Unclaimed.Rows());
        if (known.Count == 0 || _time.GetElapsedTime(_unclaimedRead) < UnclaimedLifetime)
        {
            return;
        }

        _unclaimedRead = _time.GetTimestamp();
        var ids = known.Select(row => EniId.Parse(row.EniId, null)).ToList();
        var rows = (await _client.DescribeEnisByIdAsync(ids, CallPriority.Drift, cancellationToken)).ToDictionary(row => row.EniId);
        Read(state => known.Count(row => state.Unclaimed.Confirm(row, rows.GetValueOrDefault(row.EniId))));
    }

    private async Task SweepAsync(Dictionary<string, string> tags, CancellationToken cancellationToken)
    {
        var sweep = Begin();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var pages = 0;
        await foreach (var page in _client.DescribeEnisByTagAsync(tags, CallPriority.Drift, cancellationToken))
        {
            pages++;
            var ours = new List<EniRow>(page.Count);
            foreach (var row in page)
            {
                if (row.Tags.GetValueOrDefault(EniTags.Cluster) == _options.Cluster)
                {
                    seen.Add(row.EniId);
                    ours.Add(row);
                }
                else
                {
                    Read(state =>
                    {
                        state.Unclaimed.Observe(row);
                        return true;
                    });
                }
            }

            Step(state => state.Observe(sweep, ours));
        }

        StepGone(state => state.EndSweep(sweep, seen));
        Ec2Log.Swept(_logger, seen.Count, pages);
    }

    /// <summary>Reads the ENIs of these slots, after calls whose outcome is unknown.</summary>
    public async Task RefreshSlotsAsync(IReadOnlyCollection<string> slots, CancellationToken cancellationToken)
    {
        var observation = Begin();
        var rows = await _client.DescribeEnisBySlotAsync(_options.Cluster, slots, CallPriority.AttachUnready, cancellationToken);
        Step(state => state.Observe(observation, rows));
        Step(state => state.SlotsNotSeen(observation, [.. slots]));
    }

    /// <summary>
    /// Adds an ENI to the shared poll until it is seen, or proven absent; ENIs in transition are in
    /// it by themselves.
    /// </summary>
    public void Watch(string eniId)
    {
        lock (_gate)
        {
            _state.Watch(eniId, _time.GetUtcNow());
        }

        _wake.Writer.TryWrite(item: true);
    }

    /// <summary>
    /// Polls while anything is in transition, and rests otherwise; runs until cancelled.
    /// </summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var pace = new PollPace(_options.FirstPoll, _options.PollInterval);
        while (true)
        {
            if (!Read(state => state.AnythingInTransition))
            {
                await _wake.Reader.ReadAsync(cancellationToken);
                pace.Rest();
            }

            await Task.Delay(pace.Next(), _time, cancellationToken);
            try
            {
                await PollAsync(cancellationToken);
            }
            catch (Ec2CallException exception)
            {
                Ec2Log.PollFailed(_logger, exception);
            }
        }
    }

    /// <summary>One round of the shared poll: everything in transition, in calls of 200.</summary>
    public async Task PollAsync(CancellationToken cancellationToken)
    {
        var (ids, slots) = Read(state => state.PollTargets(_time.GetUtcNow()));
        if (ids.Count > 0)
        {
            var observation = Begin();
            var asked = new List<EniId>(ids.Count);
            foreach (var id in ids)
            {
                if (EniId.TryParse(id, out var eniId))
                {
                    asked.Add(eniId);
                }
            }

            var rows = await _client.DescribeEnisByIdAsync(asked, CallPriority.AttachUnready, cancellationToken);
            var seen = rows.Select(row => row.EniId).ToHashSet(StringComparer.Ordinal);
            Step(state => state.Observe(observation, rows));
            // Positive evidence only: what the answer leaves out is absent after the grace time,
            // not before.
            StepGone(state => state.Absent(observation, [.. ids.Where(id => !seen.Contains(id))]));
        }

        if (slots.Count > 0)
        {
            await RefreshSlotsAsync(slots, cancellationToken);
        }
    }

    /// <summary>
    /// Device indexes in use on the instance, foreign ENIs included; from memory when young,
    /// otherwise read together with other instances asked for at the same time.
    /// </summary>
    public async Task<IReadOnlyList<DeviceSlot>> OccupancyAsync(InstanceId instanceId, CancellationToken cancellationToken)
    {
        var read = await _occupancy.ReadAsync(instanceId, cancellationToken);
        lock (_gate)
        {
            return Occupancy.Of(instanceId.ToString(), read.Slots, _state, _options.Cluster);
        }
    }

    /// <summary>
    /// ENIs on the instance that its launch template attached and that no slot has. By the same
    /// reading as <see cref="OccupancyAsync"/>, so that both together are one call.
    /// </summary>
    public async Task<IReadOnlyList<EniRow>> LaunchedAsync(InstanceId instanceId, CancellationToken cancellationToken)
    {
        var observation = Begin();
        var read = await _occupancy.ReadAsync(instanceId, cancellationToken);
        // A predecessor adopted it a moment ago, and no description by tags has shown it yet.
        var adopted = read.Given.Where(row => row.Tags.GetValueOrDefault(EniTags.Cluster) == _options.Cluster && row.Slot is not null).ToList();
        if (adopted.Count > 0)
        {
            Step(state => state.Observe(observation, [.. adopted.Where(row => IsNews(state, row))]));
        }

        return Read(state =>
            read.Given.Select(state.AsReleased).Where(row => LaunchedEnis.IsFree(row) && state.Find(row.EniId)?.Slot is null).ToList()
        );
    }

    private static bool IsNews(InventoryState state, EniRow row) =>
        state.Find(row.EniId) is null && !state.IsReleased(row.EniId) && state.PresenceOf(row.EniId) is not Presence.Absent;

    /// <summary>
    /// Whether an ENI that was attached at launch is still there and still to be had: the reading
    /// that showed it may be minutes old. Asked together with others.
    /// </summary>
    /// <param name="row">As it was read.</param>
    /// <param name="fits">Whether it would still be adopted.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    public async Task<bool> ConfirmLaunchedAsync(EniRow row, Predicate<EniRow> fits, CancellationToken cancellationToken)
    {
        var observation = Begin();
        var now = await _confirmations.GetAsync(EniId.Parse(row.EniId, null), cancellationToken);
        now = now is null ? null : Read(state => state.AsReleased(observation, now));
        if (now?.Tags.GetValueOrDefault(EniTags.Cluster) == _options.Cluster)
        {
            // Adopted already, by a call whose answer was lost.
            Step(state => state.Observe(observation, [now]));
        }

        if (now is not null && fits(now))
        {
            return true;
        }

        ForgetLaunched(row);
        return false;
    }

    /// <summary>An ENI cannot be adopted any more.</summary>
    public void ForgetLaunched(EniRow row) => _occupancy.ForgetGiven(InstanceId.Parse(row.Attachment!.InstanceId!, null), row.EniId);

    /// <summary>
    /// Forgets the occupancy of an instance, after EC2 said that an index is taken.
    /// </summary>
    public void ForgetOccupancy(InstanceId instanceId) => _occupancy.Forget(instanceId);

    /// <inheritdoc/>
    public void Dispose()
    {
        _effects.Dispose();
        _occupancy.Dispose();
        _confirmations.Dispose();
    }

    private void Record(LocalEffect change)
    {
        Step(state => state.Apply(change, _time.GetUtcNow()));
        if (change is LocalEffect.Released { Row.Attachment.InstanceId: { } instance })
        {
            // Whoever comes next may adopt it again.
            _occupancy.Forget(InstanceId.Parse(instance, null));
        }
    }

    private Observation Begin() => Read(state => state.Begin(_time.GetUtcNow()));

    private T Read<T>(Func<InventoryState, T> read)
    {
        lock (_gate)
        {
            return read(_state);
        }
    }

    private void StepGone(Func<InventoryState, (IReadOnlyList<string> Changed, IReadOnlyList<string> Gone)> step) =>
        Step(state =>
        {
            var (changed, gone) = step(state);
            foreach (var eni in gone)
            {
                Ec2Log.EniGone(_logger, eni);
            }

            return changed;
        });

    private void Step(Func<InventoryState, IReadOnlyList<string>> step)
    {
        IReadOnlyList<string> changed;
        bool moving;
        lock (_gate)
        {
            changed = step(_state);
            moving = _state.AnythingInTransition;
        }

        if (moving)
        {
            _wake.Writer.TryWrite(item: true);
        }

        foreach (var key in changed)
        {
            Changes.Raise(key);
        }
    }
}
