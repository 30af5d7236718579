namespace MultiEni.Controller.Attachments.Admission;

/// <summary>
/// The order of those who wait: what is begun comes first, then whatever else waits for the node whose turn it is, then the next node. NodeENIs take
/// turns in naming the next node, so that one with a few nodes does not wait for one with thousands. A node is usable when it has all of its ENIs:
/// node by node, half of the nodes are usable in half of the time, and in any other order nearly none (docs/reference/ec2.md#call-plan). Not for
/// concurrent use.
/// </summary>
internal sealed class NodeTurns
{
    private readonly Queue<Waiter> _begun = new();
    private readonly Dictionary<string, Queue<Waiter>> _byNode = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Queue<string>> _nodesOfParty = new(StringComparer.Ordinal);
    private readonly Queue<string> _parties = new();
    private string? _current;

    /// <summary>How many wait.</summary>
    public int Count { get; private set; }

    /// <summary>One more waits.</summary>
    public void Add(Waiter turn)
    {
        Count++;
        if (turn.IsBegun)
        {
            _begun.Enqueue(turn);
            return;
        }

        if (_byNode.TryGetValue(turn.Node, out var others))
        {
            others.Enqueue(turn);
            return;
        }

        _byNode.Add(turn.Node, new Queue<Waiter>([turn]));
        if (turn.Node == _current)
        {
            return;
        }

        if (!_nodesOfParty.TryGetValue(turn.Party, out var nodes))
        {
            _nodesOfParty.Add(turn.Party, nodes = new Queue<string>());
            _parties.Enqueue(turn.Party);
        }

        nodes.Enqueue(turn.Node);
    }

    /// <summary>Whose turn it is; null when nobody waits.</summary>
    public Waiter? Next()
    {
        if (_begun.TryDequeue(out var first))
        {
            Count--;
            return first;
        }

        if (_current is null || !_byNode.ContainsKey(_current))
        {
            _current = NextNode();
        }

        if (_current is null)
        {
            return null;
        }

        var waiting = _byNode[_current];
        var next = waiting.Dequeue();
        if (waiting.Count == 0)
        {
            _byNode.Remove(_current);
        }

        Count--;
        return next;
    }

    private string? NextNode()
    {
        if (!_parties.TryDequeue(out var party))
        {
            return null;
        }

        var nodes = _nodesOfParty[party];
        var node = nodes.Dequeue();
        if (nodes.Count > 0)
        {
            _parties.Enqueue(party);
        }
        else
        {
            _nodesOfParty.Remove(party);
        }

        return node;
    }
}
