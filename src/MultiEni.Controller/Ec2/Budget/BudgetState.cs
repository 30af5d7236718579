namespace MultiEni.Controller.Ec2.Budget;

/// <summary>
/// All buckets and queues as one deterministic state machine: calls arrive and leave, time passes,
/// tickets are granted.
/// </summary>
internal sealed class BudgetState
{
    private readonly Ec2BudgetOptions _options;
    private readonly ParentBudget _parent;
    private readonly Dictionary<string, ApiBudget> _apis = new(StringComparer.Ordinal);
    private readonly Dictionary<long, (string Api, CallPriority Priority)> _waiting = [];
    private long _lastTicket;

    /// <summary>Begins as the options say.</summary>
    public BudgetState(Ec2BudgetOptions options)
    {
        _options = options.Validated();
        _parent = new(options);
    }

    /// <summary>Whether the parent bucket is engaged.</summary>
    public bool ParentEngaged => _parent.Engaged;

    /// <summary>Calls that wait, over all APIs.</summary>
    public int Waiting => _waiting.Count;

    /// <summary>
    /// A call arrives; the ticket shows up in <see cref="Grant" /> when it may be sent.
    /// </summary>
    public long Enqueue(string api, CallPriority priority, TimeSpan now)
    {
        var ticket = ++_lastTicket;
        Api(api, now).Queue.Add(ticket, priority);
        _waiting.Add(ticket, (api, priority));
        return ticket;
    }

    /// <summary>A call is given up; false when it was granted before.</summary>
    public bool Cancel(long ticket) => _waiting.Remove(ticket, out var call) && _apis[call.Api].Queue.Remove(ticket, call.Priority);

    /// <summary>EC2 took a call; true when more may go for that.</summary>
    public bool Accepted(string api, TimeSpan now) => Api(api, now).Accepted(now);

    /// <summary>EC2 refused a call for its rate.</summary>
    public void Throttled(string api, TimeSpan now)
    {
        var budget = Api(api, now);
        budget.Throttled(now);
        if (budget.Mutating)
        {
            _parent.Throttled(api, now);
        }
    }

    /// <summary>Requests a second that the API is granted at present.</summary>
    public double Refill(string api, TimeSpan now) => Api(api, now).Advance(now);

    /// <summary>Calls that may be sent now, most urgent first.</summary>
    public IReadOnlyList<long> Grant(TimeSpan now)
    {
        _parent.Advance(now);
        foreach (var (_, api) in _apis)
        {
            api.Advance(now);
        }

        var granted = new List<long>();
        while (MostUrgent(now) is { } next)
        {
            if (next.Mutating)
            {
                _parent.Take(now);
            }

            var ticket = next.TakeFirst(now);
            _waiting.Remove(ticket);
            granted.Add(ticket);
        }

        return granted;
    }

    /// <summary>
    /// How long until <see cref="Grant" /> can grant something that waits; null when nothing does.
    /// </summary>
    public TimeSpan? UntilNextGrant(TimeSpan now)
    {
        TimeSpan? earliest = null;
        foreach (var (_, api) in _apis)
        {
            if (api.Queue.Count == 0)
            {
                continue;
            }

            var wait = Until(api, now);
            // A rate that rises in between makes the wait shorter; look again then.
            wait = Sooner(wait, api.NextRise(now) - now);
            wait = api.Mutating ? Sooner(wait, _parent.NextRise(now) - now) : wait;
            earliest = Sooner(wait, earliest);
        }

        return earliest;
    }

    private static TimeSpan Sooner(TimeSpan wait, TimeSpan? other) => other is { } time && time < wait ? time : wait;

    private TimeSpan Until(ApiBudget api, TimeSpan now)
    {
        var own = api.UntilFirst(now);
        var parent = api.Mutating ? _parent.UntilToken(now) : TimeSpan.Zero;
        return own > parent ? own : parent;
    }

    private ApiBudget? MostUrgent(TimeSpan now)
    {
        ApiBudget? best = null;
        foreach (var (_, api) in _apis)
        {
            if (
                api.Queue.First is { } first
                && (best?.Queue.First is not { } other || first.CompareTo(other) < 0)
                && Until(api, now) <= TimeSpan.Zero
            )
            {
                best = api;
            }
        }

        return best;
    }

    private ApiBudget Api(string api, TimeSpan now)
    {
        if (!_apis.TryGetValue(api, out var budget))
        {
            _apis.Add(api, budget = new(ApiRates.Of(api), _options, now));
        }

        return budget;
    }
}

/// <summary>
/// Calls that wait for one bucket: by priority, and in order of arrival within it.
/// </summary>
internal sealed class BudgetQueue
{
    private readonly SortedDictionary<(CallPriority Priority, long Ticket), bool> _waiting = [];

    /// <summary>Calls waiting.</summary>
    public int Count => _waiting.Count;

    /// <summary>Adds a call; tickets grow with time.</summary>
    public void Add(long ticket, CallPriority priority) => _waiting.Add((priority, ticket), value: true);

    /// <summary>Takes a call out, first or not.</summary>
    public bool Remove(long ticket, CallPriority priority) => _waiting.Remove((priority, ticket));

    /// <summary>The call that goes next; null when none waits.</summary>
    public (CallPriority Priority, long Ticket)? First
    {
        get
        {
            foreach (var (key, _) in _waiting)
            {
                return key;
            }

            return null;
        }
    }
}
