namespace MultiEni.Controller.Ec2.Inventory;

/// <summary>
/// The effect of one of our calls that EC2's descriptions may not show for a while; laid over rows
/// until they do (docs/reference/ec2.md#consistency).
/// </summary>
/// <param name="Change">The effect.</param>
/// <param name="Made">When the call was answered.</param>
internal readonly record struct PendingChange(LocalEffect Change, DateTimeOffset Made)
{
    /// <summary>
    /// What is left of the effect after a later call: an address that was assigned and then taken
    /// away must not come back, nor the other way round. Null when nothing is.
    /// </summary>
    public PendingChange? After(LocalEffect later) =>
        (Change, later) switch
        {
            (LocalEffect.AddressesAssigned assigned, LocalEffect.AddressesUnassigned unassigned) => Without(assigned, unassigned.Addresses),
            (LocalEffect.AddressesUnassigned unassigned, LocalEffect.AddressesAssigned assigned) => Without(
                unassigned,
                [.. assigned.PrivateIps, .. assigned.Ipv6Addresses, .. assigned.Prefixes]
            ),
            // Addresses add up.
            (LocalEffect.AddressesAssigned or LocalEffect.AddressesUnassigned, _) => this,
            (LocalEffect.ElasticIpAssociated, LocalEffect.ElasticIpDisassociated)
            or (LocalEffect.ElasticIpDisassociated, LocalEffect.ElasticIpAssociated) => null,
            // Or a tag of the slot that the ENI was in before would come back with the next one.
            (LocalEffect.TagsSet earlier, LocalEffect.TagsSet tags) => Without(earlier, tags.Tags),
            // An attachment that was begun and then ended must not come back.
            (LocalEffect.Attached, LocalEffect.Detached) => null,
            _ => Change.GetType() == later.GetType() ? null : this,
        };

    private PendingChange? Without(LocalEffect.AddressesAssigned assigned, IReadOnlyList<string> addresses)
    {
        var left = assigned with
        {
            PrivateIps = [.. assigned.PrivateIps.Except(addresses)],
            Ipv6Addresses = [.. assigned.Ipv6Addresses.Except(addresses)],
            Prefixes = [.. assigned.Prefixes.Except(addresses)],
        };
        return left.PrivateIps.Count + left.Ipv6Addresses.Count + left.Prefixes.Count == 0 ? null : this with { Change = left };
    }

    private PendingChange? Without(LocalEffect.AddressesUnassigned unassigned, IReadOnlyList<string> addresses)
    {
        var left = unassigned with { Addresses = [.. unassigned.Addresses.Except(addresses)] };
        return left.Addresses.Count == 0 ? null : this with { Change = left };
    }

    private PendingChange? Without(LocalEffect.TagsSet earlier, IReadOnlyDictionary<string, string> later)
    {
        var left = earlier.Tags.Where(tag => !later.ContainsKey(tag.Key)).ToDictionary(StringComparer.Ordinal);
        return left.Count == 0 ? null : this with { Change = earlier with { Tags = left } };
    }

    /// <summary>The row as it will be; the same instance when it already is.</summary>
    public EniRow LaidOver(EniRow row) =>
        Change switch
        {
            LocalEffect.Attached attached => Attach(row, attached.Attachment),
            LocalEffect.Detached detached => Detach(row, detached.AttachmentId),
            LocalEffect.SourceDestCheckSet set => row.SourceDestCheck == set.Value ? row : row with { SourceDestCheck = set.Value },
            LocalEffect.DeleteOnTerminationSet set => DeleteOnTermination(row, set),
            LocalEffect.SecurityGroupsSet set => row.SecurityGroupIds.SequenceEqual(set.SecurityGroupIds)
                ? row
                : row with
                {
                    SecurityGroupIds = set.SecurityGroupIds,
                },
            LocalEffect.DescriptionSet set => row.Description == set.Description ? row : row with { Description = set.Description },
            LocalEffect.ConnectionTrackingSet set => row.ConnectionTracking == set.Timeouts ? row : row with { ConnectionTracking = set.Timeouts },
            LocalEffect.EnaExpressSet set => EnaExpress(row, set),
            LocalEffect.PrimaryIpv6Enabled => row.PrimaryIpv6 is not null || row.Ipv6Addresses.Count == 0
                ? row
                : row with
                {
                    PrimaryIpv6 = row.Ipv6Addresses[0],
                },
            LocalEffect.ElasticIpAssociated associated => row.ElasticIp?.AllocationId == associated.ElasticIp.AllocationId
                ? row
                : row with
                {
                    ElasticIp = associated.ElasticIp,
                },
            LocalEffect.ElasticIpDisassociated gone => row.ElasticIp?.AllocationId == gone.AllocationId ? row with { ElasticIp = null } : row,
            LocalEffect.TagsSet set => Tag(row, set.Tags),
            LocalEffect.AddressesAssigned assigned => Assign(row, assigned),
            LocalEffect.AddressesUnassigned unassigned => Unassign(row, unassigned.Addresses),
            _ => row,
        };

    private static EniRow Assign(EniRow row, LocalEffect.AddressesAssigned assigned)
    {
        var shown =
            !assigned.PrivateIps.Except(row.PrivateIps).Any()
            && !assigned.Ipv6Addresses.Except(row.Ipv6Addresses).Any()
            && !assigned.Prefixes.Except(row.Prefixes).Any();
        return shown
            ? row
            : row with
            {
                PrivateIps = [.. row.PrivateIps.Union(assigned.PrivateIps)],
                Ipv6Addresses = [.. row.Ipv6Addresses.Union(assigned.Ipv6Addresses)],
                Prefixes = [.. row.Prefixes.Union(assigned.Prefixes)],
            };
    }

    private static EniRow Unassign(EniRow row, IReadOnlyList<string> addresses)
    {
        var shown = !row.PrivateIps.Concat(row.Ipv6Addresses).Concat(row.Prefixes).Intersect(addresses).Any();
        return shown
            ? row
            : row with
            {
                PrivateIps = [.. row.PrivateIps.Except(addresses)],
                Ipv6Addresses = [.. row.Ipv6Addresses.Except(addresses)],
                Prefixes = [.. row.Prefixes.Except(addresses)],
            };
    }

    private static EniRow Attach(EniRow row, EniAttachmentRow attachment) =>
        row.Attachment is null
        || (row.Attachment.AttachmentId != attachment.AttachmentId && row.Attachment.Status is EniStates.Detaching or EniStates.Detached)
            ? row with
            {
                Status = EniStates.Attaching,
                Attachment = attachment,
            }
            : row;

    private static EniRow Detach(EniRow row, string attachmentId) =>
        row.Attachment is { Status: not (EniStates.Detaching or EniStates.Detached) } attachment && attachment.AttachmentId == attachmentId
            ? row with
            {
                Status = EniStates.Detaching,
                Attachment = attachment with { Status = EniStates.Detaching },
            }
            : row;

    private static EniRow DeleteOnTermination(EniRow row, LocalEffect.DeleteOnTerminationSet set) =>
        row.Attachment is { } attachment && attachment.AttachmentId == set.AttachmentId && attachment.DeleteOnTermination != set.Value
            ? row with
            {
                Attachment = attachment with { DeleteOnTermination = set.Value },
            }
            : row;

    private static EniRow EnaExpress(EniRow row, LocalEffect.EnaExpressSet set) =>
        row.Attachment is { } attachment && attachment.AttachmentId == set.AttachmentId && attachment.EnaExpress != set.Express
            ? row with
            {
                Attachment = attachment with { EnaExpress = set.Express },
            }
            : row;

    private static EniRow Tag(EniRow row, IReadOnlyDictionary<string, string> tags)
    {
        if (tags.All(tag => row.Tags.TryGetValue(tag.Key, out var value) && value == tag.Value))
        {
            return row;
        }

        var all = new Dictionary<string, string>(row.Tags, StringComparer.Ordinal);
        foreach (var (key, value) in tags)
        {
            all[key] = value;
        }

        return row with
        {
            Tags = all,
        };
    }
}

/// <summary>
/// What is known of one ENI: the last description, and our own calls since that it may not show.
/// </summary>
internal sealed class KnownEni(EniRow row, long generation, DateTimeOffset proven)
{
    private readonly List<PendingChange> _pending = [];

    /// <summary>The row with our own changes.</summary>
    public EniRow Row { get; private set; } = row;

    /// <summary>Of the newest knowledge; older observations say nothing.</summary>
    public long Generation { get; private set; } = generation;

    /// <summary>When it last certainly existed.</summary>
    public DateTimeOffset Proven { get; private set; } = proven;

    /// <summary>Not mentioned by an observation that came too soon to prove its absence.</summary>
    public bool Missing { get; set; }

    /// <summary>Takes a description over, except for what it is too early to show.</summary>
    public void Observe(Observation observation, EniRow row, TimeSpan grace)
    {
        // What a description shows once is no longer in doubt; what it does not show after the
        // grace time is not so.
        _pending.RemoveAll(pending => observation.Began - pending.Made >= grace || ReferenceEquals(pending.LaidOver(row), row));
        foreach (var pending in _pending)
        {
            row = pending.LaidOver(row);
        }

        // What says the same as before stays as it is: a sweep brings a new copy of every row.
        Row = row.SameAs(Row) ? Row : row;
        Generation = observation.Generation;
        Proven = observation.Began > Proven ? observation.Began : Proven;
        Missing = false;
    }

    /// <summary>Lays the effect of a call of ours over the row.</summary>
    public void Apply(LocalEffect change, long generation, DateTimeOffset now)
    {
        for (var index = _pending.Count - 1; index >= 0; index--)
        {
            if (_pending[index].After(change) is { } left)
            {
                _pending[index] = left;
            }
            else
            {
                _pending.RemoveAt(index);
            }
        }

        var pending = new PendingChange(change, now);
        _pending.Add(pending);
        Row = pending.LaidOver(Row);
        Generation = generation;
        Proven = now;
        Missing = false;
    }
}
