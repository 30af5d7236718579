namespace MultiEni.Controller.Attachments.Admission;

/// <summary>
/// Lets only so many attachments at once into a kind of work. Whoever waits holds no worker: it is told of its admission and comes again. What it
/// keeps is lost at a restart without harm, since everybody asks anew.
/// </summary>
/// <param name="capacity">How many are in at once.</param>
/// <param name="admitted">Told the name of one that was let in after waiting; must not block.</param>
internal sealed class AdmissionLine(int capacity, Action<string> admitted)
{
    private readonly Lock _gate = new();
    private readonly HashSet<string> _inside = new(StringComparer.Ordinal);
    private readonly HashSet<string> _outside = new(StringComparer.Ordinal);
    private readonly NodeTurns _turns = new();

    /// <summary>How many wait.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate)
            {
                return _turns.Count;
            }
        }
    }

    /// <summary>Whether the attachment is in, now or already; otherwise it waits, once however often it asks.</summary>
    public bool TryEnter(Waiter turn)
    {
        lock (_gate)
        {
            if (_inside.Contains(turn.Name))
            {
                return true;
            }

            if (_inside.Count < capacity && _turns.Count == 0)
            {
                _inside.Add(turn.Name);
                return true;
            }

            if (_outside.Add(turn.Name))
            {
                _turns.Add(turn);
            }

            return false;
        }
    }

    /// <summary>The attachment is done, for now at least. Of no effect on one that is not in.</summary>
    public void Leave(string name)
    {
        Waiter next;
        lock (_gate)
        {
            if (!_inside.Remove(name) || _turns.Next() is not { } turn)
            {
                return;
            }

            next = turn;
            _outside.Remove(next.Name);
            _inside.Add(next.Name);
        }

        admitted(next.Name);
    }
}
