namespace MultiEni.Controller.Ec2.Inventory;

/// <summary>What is known of one ENI: the last description, and our own calls since that it may not show.</summary>
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
        // What a description shows once is no longer in doubt; what it does not show after the grace time is not so.
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
        // An attachment that was begun and then ended must not come back. Addresses add up; all else replaces what was before.
        _pending.RemoveAll(pending =>
            (pending.Change.GetType() == change.GetType() && change is not LocalEffect.AddressesAssigned)
            || change is LocalEffect.Detached && pending.Change is LocalEffect.Attached
        );
        var pending = new PendingChange(change, now);
        _pending.Add(pending);
        Row = pending.LaidOver(Row);
        Generation = generation;
        Proven = now;
        Missing = false;
    }
}
