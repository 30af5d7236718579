namespace MultiEni.Controller.Ec2.Inventory;

/// <summary>
/// What observations and our own calls add up to, as a state machine over given points in time.
/// Each step returns the keys that changed: the slot, or the ENI where there is none. Not for
/// concurrent use.
/// </summary>
internal sealed class InventoryState
{
    private readonly TimeSpan _grace;
    private readonly Dictionary<string, KnownEni> _enis = new(StringComparer.Ordinal);
    private readonly KeyedSets _bySlot = new();
    private readonly KeyedSets _byInstance = new();
    private readonly KeyedSets _byAttachment = new();
    private readonly HashSet<string> _moving = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DateTimeOffset> _watched = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DateTimeOffset> _deleted = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (EniRow Row, DateTimeOffset At)> _released = new(StringComparer.Ordinal);
    private readonly HashSet<string> _settled = new(StringComparer.Ordinal);
    private readonly SlotCreates _creates;
    private readonly DateTimeOffset _born;
    private DateTimeOffset? _lastSweep;
    private long _generation;

    /// <summary>Knows nothing.</summary>
    /// <param name="grace">How long EC2 may answer as if a call had not been made.</param>
    /// <param name="now">From here on nothing of ours is missed.</param>
    public InventoryState(TimeSpan grace, DateTimeOffset now)
    {
        _grace = grace;
        _born = now;
        _creates = new(grace);
    }

    /// <summary>Whether a sweep has completed.</summary>
    public bool Swept => _lastSweep is not null;

    /// <summary>Whether a poll would tell something.</summary>
    public bool AnythingInTransition => _moving.Count > 0 || _watched.Count > 0 || _creates.Any;

    /// <summary>ENIs that the Go controller left and no slot has yet.</summary>
    internal UnclaimedEnis Unclaimed { get; } = new();

    /// <summary>All rows.</summary>
    public IReadOnlyList<EniRow> Rows() => [.. _enis.Values.Select(known => known.Row)];

    /// <summary>One that was adopted; null when there is none.</summary>
    public EniRow? FindAdopted()
    {
        foreach (var known in _enis.Values)
        {
            if (known.Row.Adopted)
            {
                return known.Row;
            }
        }

        return null;
    }

    /// <summary>The row, if known.</summary>
    public EniRow? Find(string eniId) => _enis.GetValueOrDefault(eniId)?.Row;

    /// <summary>Rows of a slot.</summary>
    public IReadOnlyList<EniRow> FindBySlot(string slot) => [.. _bySlot[slot].Select(id => _enis[id].Row)];

    /// <summary>Rows attached to an instance or on their way.</summary>
    public IReadOnlyList<EniRow> FindByInstance(string instanceId) => [.. _byInstance[instanceId].Select(id => _enis[id].Row)];

    /// <summary>Whether the ENI exists.</summary>
    public Presence PresenceOf(string eniId)
    {
        if (_enis.TryGetValue(eniId, out var known))
        {
            return known.Missing ? new Presence.AbsentWithinGrace() : new Presence.Present(known.Row);
        }

        // One that we deleted, or that was asked for and proved absent, is in here; of others a
        // predecessor may have created one just before we began.
        var proven = _deleted.ContainsKey(eniId) || (!_watched.ContainsKey(eniId) && _lastSweep is { } sweep && sweep - _born >= _grace);
        return proven ? new Presence.Absent() : new Presence.AbsentWithinGrace();
    }

    /// <summary>
    /// Whether we took our tags off the ENI a while ago: it is not ours, and still where it was.
    /// </summary>
    public bool IsReleased(string eniId) => _released.ContainsKey(eniId);

    /// <summary>
    /// A row as it is without the tags that we took off it, which EC2 may still show.
    /// </summary>
    public EniRow AsReleased(EniRow row) => _released.TryGetValue(row.EniId, out var released) ? row with { Tags = released.Row.Tags } : row;

    /// <summary>The same for one that was described just now: after the grace time EC2 is right.</summary>
    public EniRow AsReleased(Observation observation, EniRow row) =>
        _released.TryGetValue(row.EniId, out var released) && observation.Began - released.At < _grace ? AsReleased(row) : row;

    /// <summary>Whether the slot has an ENI.</summary>
    public Presence PresenceOfSlot(string slot)
    {
        var enis = _bySlot[slot];
        foreach (var id in enis)
        {
            if (!_enis[id].Missing)
            {
                return new Presence.Present(_enis[id].Row);
            }
        }

        return enis.Count > 0 || !Swept || _creates.Uncertain(slot) ? new Presence.AbsentWithinGrace() : new Presence.Absent();
    }

    /// <summary>
    /// Whether the slot's absence takes in what predecessors did: EC2 was asked for it, or for all,
    /// a grace time after the last of them could create.
    /// </summary>
    /// <param name="slot">The slot.</param>
    /// <param name="abandonedAt">
    /// From here on no controller creates an ENI for the slot; null when one may have done so until
    /// we began.
    /// </param>
    public bool IsSettled(string slot, DateTimeOffset? abandonedAt = null) =>
        (_lastSweep is { } sweep && sweep - LastCreateOfOthers(abandonedAt) >= _grace) || _settled.Contains(slot);

    /// <summary>
    /// A predecessor may have made an ENI for the slot that no description shows yet; its absence
    /// counts once it is settled.
    /// </summary>
    /// <param name="slot">The slot.</param>
    /// <param name="abandonedAt">See <see cref="IsSettled"/>.</param>
    public void Suspect(string slot, DateTimeOffset? abandonedAt = null)
    {
        if (!IsSettled(slot, abandonedAt) && _bySlot[slot].Count == 0)
        {
            _creates.Suspect(slot, LastCreateOfOthers(abandonedAt));
        }
    }

    /// <summary>Before a description is asked for.</summary>
    public Observation Begin(DateTimeOffset now) => new(++_generation, now);

    /// <summary>A description shows these.</summary>
    public IReadOnlyList<string> Observe(Observation observation, IReadOnlyList<EniRow> rows)
    {
        var changed = new List<string>();
        foreach (var row in rows)
        {
            if (Observe(observation, row))
            {
                changed.Add(KeyOf(row));
            }
        }

        return changed;
    }

    /// <summary>A sweep has ended; what it did not show is missing.</summary>
    /// <returns>Keys that changed, and the ENIs proven gone.</returns>
    public (IReadOnlyList<string> Changed, IReadOnlyList<string> Gone) EndSweep(Observation sweep, IReadOnlySet<string> seen)
    {
        var result = Absent(sweep, [.. _enis.Keys.Where(id => !seen.Contains(id))]);
        var proven = SlotsNotSeen(sweep, [.. _creates.Slots]);
        if (_lastSweep is not { } last || sweep.Began > last)
        {
            _lastSweep = sweep.Began;
        }

        if (sweep.Began - _born >= _grace)
        {
            _settled.Clear();
        }

        ForgetDeleted(sweep.Began);
        return ([.. result.Changed, .. proven], result.Gone);
    }

    /// <summary>A description by identifier did not show these.</summary>
    /// <returns>Keys that changed, and the ENIs proven gone.</returns>
    public (IReadOnlyList<string> Changed, IReadOnlyList<string> Gone) Absent(Observation observation, IReadOnlyList<string> eniIds)
    {
        var changed = new List<string>();
        var gone = new List<string>();
        foreach (var id in eniIds)
        {
            if (_watched.TryGetValue(id, out var asked) && observation.Began - asked >= _grace && !_enis.ContainsKey(id))
            {
                _watched.Remove(id);
                _deleted[id] = observation.Began;
                changed.Add(id);
            }

            if (!_enis.TryGetValue(id, out var known) || known.Generation > observation.Generation)
            {
                continue;
            }

            if (observation.Began - known.Proven >= _grace)
            {
                Forget(id);
                _deleted[id] = observation.Began;
                gone.Add(id);
                changed.Add(KeyOf(known.Row));
            }
            else if (!known.Missing)
            {
                known.Missing = true;
                _moving.Add(id);
                changed.Add(KeyOf(known.Row));
            }
        }

        return (changed, gone);
    }

    /// <summary>
    /// A complete description of these slots showed nothing for them; returns those now proven
    /// empty.
    /// </summary>
    public IReadOnlyList<string> SlotsNotSeen(Observation observation, IReadOnlyList<string> slots)
    {
        List<string> proven = [.. slots.Where(slot => _bySlot[slot].Count == 0 && _creates.NotSeen(slot, observation))];
        // What proves that our own create made nothing proves it of earlier ones, too.
        _settled.UnionWith(proven);
        return proven;
    }

    /// <summary>One of our calls had an effect.</summary>
    public IReadOnlyList<string> Apply(LocalEffect change, DateTimeOffset now)
    {
        switch (change)
        {
            case LocalEffect.CreateSent sent:
                _creates.Send(sent.Slot, now);
                return [];
            case LocalEffect.CreateRefused refused:
                _creates.Refuse(refused.Slot);
                return [];
            case LocalEffect.Created created:
                return Created(created.Row, now);
            case LocalEffect.Adopted adopted:
                Unclaimed.Remove(adopted.Row.EniId);
                _released.Remove(adopted.Row.EniId);
                // The second because EC2 may show it without them for a while.
                return
                [
                    .. Created(adopted.Row, now).Union(Apply(adopted.Row.EniId, new LocalEffect.TagsSet(adopted.Row.EniId, adopted.Row.Tags), now)),
                ];
            case LocalEffect.Released released:
                _released[released.Row.EniId] = (released.Row, now);
                _watched.Remove(released.Row.EniId);
                return Forget(released.Row.EniId) is { } former ? [KeyOf(former)] : [];
            case LocalEffect.Deleted deleted:
                _deleted[deleted.EniId] = now;
                _watched.Remove(deleted.EniId);
                return Forget(deleted.EniId) is { } row ? [KeyOf(row)] : [];
            case LocalEffect.Attached attached:
                return Apply(attached.EniId, change, now);
            case LocalEffect.Detached detached:
                return _byAttachment[detached.AttachmentId].FirstOrDefault() is { } eniId ? Apply(eniId, change, now) : [];
            case LocalEffect.SourceDestCheckSet set:
                return Apply(set.EniId, change, now);
            case LocalEffect.DeleteOnTerminationSet set:
                return Apply(set.EniId, change, now);
            case LocalEffect.SecurityGroupsSet set:
                return Apply(set.EniId, change, now);
            case LocalEffect.DescriptionSet set:
                return Apply(set.EniId, change, now);
            case LocalEffect.ConnectionTrackingSet set:
                return Apply(set.EniId, change, now);
            case LocalEffect.EnaExpressSet set:
                return Apply(set.EniId, change, now);
            case LocalEffect.PrimaryIpv6Enabled enabled:
                return Apply(enabled.EniId, change, now);
            case LocalEffect.ElasticIpAssociated associated:
                return Apply(associated.EniId, change, now);
            case LocalEffect.ElasticIpDisassociated disassociated:
                return Apply(disassociated.EniId, change, now);
            case LocalEffect.TagsSet set:
                return Apply(set.EniId, change, now);
            case LocalEffect.AddressesAssigned assigned:
                return Apply(assigned.EniId, change, now);
            case LocalEffect.AddressesUnassigned unassigned:
                return Apply(unassigned.EniId, change, now);
            default:
                throw new InvalidOperationException($"Unknown change {change}");
        }
    }

    /// <summary>Has the poll look for an ENI.</summary>
    public void Watch(string eniId, DateTimeOffset now) => _watched.TryAdd(eniId, now);

    /// <summary>What a poll asks for now.</summary>
    public (IReadOnlyList<string> EniIds, IReadOnlyList<string> Slots) PollTargets(DateTimeOffset now) =>
        ([.. _moving.Union(_watched.Keys)], [.. _creates.Overdue(now)]);

    private static string KeyOf(EniRow row) => row.Slot ?? row.EniId;

    private DateTimeOffset LastCreateOfOthers(DateTimeOffset? abandonedAt) => abandonedAt is { } at && at < _born ? at : _born;

    private bool Observe(Observation observation, EniRow row)
    {
        if (_deleted.TryGetValue(row.EniId, out var deleted))
        {
            if (observation.Began - deleted < _grace)
            {
                return false;
            }

            _deleted.Remove(row.EniId);
        }

        if (_released.TryGetValue(row.EniId, out var released))
        {
            if (observation.Began - released.At < _grace)
            {
                return false;
            }

            if (row.Slot is not null)
            {
                _released.Remove(row.EniId);
            }
        }

        if (row.Slot is { } slot)
        {
            _creates.Seen(slot);
        }

        if (!_enis.TryGetValue(row.EniId, out var known))
        {
            Remember(new(row, observation.Generation, observation.Began));
            return true;
        }

        if (known.Generation > observation.Generation)
        {
            return false;
        }

        var (before, wasMissing) = (known.Row, known.Missing);
        known.Observe(observation, row, _grace);
        Index(before, known);
        return wasMissing || !known.Row.SameAs(before);
    }

    private List<string> Created(EniRow row, DateTimeOffset now)
    {
        if (row.Slot is { } slot)
        {
            _creates.Seen(slot);
        }

        // A repeat with the same token is answered with the ENI as it was; what is known since is
        // better.
        if (_enis.ContainsKey(row.EniId) || _deleted.ContainsKey(row.EniId))
        {
            return [];
        }

        Remember(new(row, ++_generation, now));
        return [KeyOf(row)];
    }

    private List<string> Apply(string eniId, LocalEffect change, DateTimeOffset now)
    {
        if (!_enis.TryGetValue(eniId, out var known))
        {
            return [];
        }

        var before = known.Row;
        known.Apply(change, ++_generation, now);
        Index(before, known);
        return known.Row.SameAs(before) ? [] : [KeyOf(known.Row)];
    }

    private void Remember(KnownEni known)
    {
        _enis.Add(known.Row.EniId, known);
        Index(before: null, known);
    }

    private EniRow? Forget(string eniId)
    {
        if (!_enis.Remove(eniId, out var known))
        {
            return null;
        }

        _bySlot.Remove(known.Row.Slot, eniId);
        _byInstance.Remove(known.Row.Attachment?.InstanceId, eniId);
        _byAttachment.Remove(known.Row.Attachment?.AttachmentId, eniId);
        _moving.Remove(eniId);
        return known.Row;
    }

    private void Index(EniRow? before, KnownEni known)
    {
        var row = known.Row;
        _bySlot.Move(before?.Slot, row.Slot, row.EniId);
        _byInstance.Move(before?.Attachment?.InstanceId, row.Attachment?.InstanceId, row.EniId);
        _byAttachment.Move(before?.Attachment?.AttachmentId, row.Attachment?.AttachmentId, row.EniId);
        _watched.Remove(row.EniId);
        if (row.InTransition || known.Missing)
        {
            _moving.Add(row.EniId);
        }
        else
        {
            _moving.Remove(row.EniId);
        }
    }

    private void ForgetDeleted(DateTimeOffset now)
    {
        // Kept for much longer than the grace time, so that the answer "absent" outlives the
        // objects that refer to the ENI; a sweep proves the rest.
        foreach (var (id, at) in _deleted.Where(deleted => now - deleted.Value > _grace * 20).ToList())
        {
            _deleted.Remove(id);
        }

        foreach (var (id, _) in _released.Where(released => now - released.Value.At > _grace * 20).ToList())
        {
            _released.Remove(id);
        }
    }
}
