namespace MultiEni.Controller.Ec2.Budget;

/// <summary>Calls that wait for one bucket: by priority, and in order of arrival within it.</summary>
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
