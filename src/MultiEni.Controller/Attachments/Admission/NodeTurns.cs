namespace MultiEni.Controller.Attachments.Admission;

/// <summary>
/// The order of those who wait: what is begun comes first, then whatever else waits for the node whose turn it is, then the next node. NodeENIs take
/// turns in naming the next node, so that one with a few nodes does not wait for one with thousands. A node is usable when it has all of its ENIs:
/// node by node, half of the nodes are usable in half of the time, and in any other order nearly none (docs/reference/ec2.md#call-plan). Not for
/// concurrent use.
/// </summary>
public sealed class NodeTurns
{
    private readonly Queue<Turn> begun = new();
    private readonly Dictionary<string, Queue<Turn>> byNode = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Queue<string>> nodesOfParty = new(StringComparer.Ordinal);
    private readonly Queue<string> parties = new();
    private string? current;

    /// <summary>How many wait.</summary>
    public int Count { get; private set; }

    /// <summary>One more waits.</summary>
    public void Add(Turn turn)
    {
        Count++;
        if (turn.IsBegun)
        {
            begun.Enqueue(turn);
            return;
        }

        if (byNode.TryGetValue(turn.Node, out var others))
        {
            others.Enqueue(turn);
            return;
        }

        byNode.Add(turn.Node, new Queue<Turn>([turn]));
        if (turn.Node == current)
        {
            return;
        }

        if (!nodesOfParty.TryGetValue(turn.Party, out var nodes))
        {
            nodesOfParty.Add(turn.Party, nodes = new Queue<string>());
            parties.Enqueue(turn.Party);
        }

        nodes.Enqueue(turn.Node);
    }

    /// <summary>Whose turn it is; null when nobody waits.</summary>
    public Turn? Next()
    {
        if (begun.TryDequeue(out var first))
        {
            Count--;
            return first;
        }

        if (current is null || !byNode.ContainsKey(current))
        {
            current = NextNode();
        }

        if (current is null)
        {
            return null;
        }

        var waiting = byNode[current];
        var next = waiting.Dequeue();
        if (waiting.Count == 0)
        {
            byNode.Remove(current);
        }

        Count--;
        return next;
    }

    private string? NextNode()
    {
        if (!parties.TryDequeue(out var party))
        {
            return null;
        }

        var nodes = nodesOfParty[party];
        var node = nodes.Dequeue();
        if (nodes.Count > 0)
        {
            parties.Enqueue(party);
        }
        else
        {
            nodesOfParty.Remove(party);
        }

        return node;
    }
}
