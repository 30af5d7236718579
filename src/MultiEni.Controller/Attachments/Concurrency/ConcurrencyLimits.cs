using System.Runtime.InteropServices;
using MultiEni.Api.EniAttachments;

namespace MultiEni.Controller.Attachments.Concurrency;

/// <summary>
/// How many attachments make calls at a time, for each <see cref="CallLimit" />: calls that wait
/// for one API's tokens must not keep the workers from those that would wait for another's.
/// </summary>
internal sealed class ConcurrencyLimits
{
    // The attach bucket is smaller than the create bucket: without a bound, creation would run far
    // ahead and a crash strand hundreds (docs/reference/ec2.md#call-plan).
    private const int MostUnattached = 100;

    // Nobody waits for these; enough of them are under way to use every token that is left.
    private const int MostRepairs = 32;

    private readonly Dictionary<CallLimit, ConcurrencyLimit> _lines;

    /// <summary>Nobody waits yet.</summary>
    /// <param name="cleanups">ENIs detached and deleted at the same time.</param>
    /// <param name="admitted">Called with the name of an attachment that may go on.</param>
    public ConcurrencyLimits(int cleanups, Action<string> admitted)
    {
        _lines = new()
        {
            [CallLimit.Creations] = new(MostUnattached, admitted),
            [CallLimit.Repairs] = new(MostRepairs, admitted),
            [CallLimit.Adoptions] = new(MostRepairs, admitted),
            [CallLimit.PodAddresses] = new(MostRepairs, admitted),
            [CallLimit.Cleanups] = new(cleanups, admitted),
        };
        Most = MostUnattached + (3 * MostRepairs) + cleanups;
    }

    /// <summary>How many are at work under all limits together at most.</summary>
    public int Most { get; }

    /// <summary>Whether a call may be made now; otherwise the attachment waits in line.</summary>
    public bool TryEnter(EniStep.Call step, EniAttachment attachment)
    {
        var spec = attachment.Spec!;
        return _lines[step.Limit]
            .TryEnter(
                new Waiter(attachment.Metadata.Name, spec.InstanceId, spec.NodeEniRef.Name, IsBegun: step is not (EniStep.Create or EniStep.Take))
            );
    }

    /// <summary>A look at the attachment is over.</summary>
    public void Leave(string name)
    {
        foreach (var line in _lines.Values)
        {
            line.Leave(name);
        }
    }
}

/// <summary>What a call counts with when calls under way are limited.</summary>
internal enum CallLimit
{
    /// <summary>From before an ENI is created until it is being attached.</summary>
    Creations,

    /// <summary>Changes of attached ENIs, which nobody waits for.</summary>
    Repairs,

    /// <summary>
    /// ENIs of launch templates and of the Go controller that are adopted; their tags draw on another
    /// bucket than what is created.
    /// </summary>
    Adoptions,

    /// <summary>Addresses that pods wait for, or gave back.</summary>
    PodAddresses,

    /// <summary>Detaching and deleting.</summary>
    Cleanups,
}

/// <summary>
/// Lets only so many attachments at once into a kind of work. Whoever waits holds no worker: it is
/// called once it is admitted, and comes again. What it keeps is lost at a restart without harm,
/// since everybody asks anew.
/// </summary>
/// <param name="capacity">How many are in at once.</param>
/// <param name="admitted">
/// Called with the name of one that was admitted after waiting; must not block.
/// </param>
internal sealed class ConcurrencyLimit(int capacity, Action<string> admitted)
{
    private readonly Lock _gate = new();
    private readonly HashSet<string> _inside = new(StringComparer.Ordinal);
    private readonly HashSet<string> _outside = new(StringComparer.Ordinal);
    private readonly NodeMajorQueue _waiting = new();

    /// <summary>How many wait.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>
    /// Whether the attachment is in, now or already; otherwise it waits, once however often it
    /// asks.
    /// </summary>
    public bool TryEnter(Waiter waiter)
    {
        lock (_gate)
        {
            if (_inside.Contains(waiter.Name))
            {
                return true;
            }

            if (_inside.Count < capacity && _waiting.Count == 0)
            {
                _inside.Add(waiter.Name);
                return true;
            }

            if (_outside.Add(waiter.Name))
            {
                _waiting.Add(waiter);
            }

            return false;
        }
    }

    /// <summary>
    /// The attachment is done, for now at least. Of no effect on one that is not in.
    /// </summary>
    public void Leave(string name)
    {
        Waiter next;
        lock (_gate)
        {
            if (!_inside.Remove(name) || _waiting.Next() is not { } waiter)
            {
                return;
            }

            next = waiter;
            _outside.Remove(next.Name);
            _inside.Add(next.Name);
        }

        admitted(next.Name);
    }
}

/// <summary>
/// The order of those who wait: what is begun comes first, then whatever else waits for the current
/// node, then the next node. NodeENIs are served round-robin, so that one with a few nodes does not
/// wait for one with thousands. A node is usable when it has all of its ENIs: node by node, half of
/// the nodes are usable in half of the time, and in any other order nearly none
/// (docs/reference/ec2.md#call-plan). Not for concurrent use.
/// </summary>
internal sealed class NodeMajorQueue
{
    private readonly Queue<Waiter> _begun = new();
    private readonly Dictionary<string, Queue<Waiter>> _byNode = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Queue<string>> _nodesOfFlow = new(StringComparer.Ordinal);
    private readonly Queue<string> _flows = new();
    private string? _current;

    /// <summary>How many wait.</summary>
    public int Count { get; private set; }

    /// <summary>One more waits.</summary>
    public void Add(Waiter waiter)
    {
        Count++;
        if (waiter.IsBegun)
        {
            _begun.Enqueue(waiter);
            return;
        }

        if (_byNode.TryGetValue(waiter.Node, out var others))
        {
            others.Enqueue(waiter);
            return;
        }

        _byNode.Add(waiter.Node, new Queue<Waiter>([waiter]));
        if (waiter.Node == _current)
        {
            return;
        }

        if (!_nodesOfFlow.TryGetValue(waiter.Flow, out var nodes))
        {
            _nodesOfFlow.Add(waiter.Flow, nodes = new Queue<string>());
            _flows.Enqueue(waiter.Flow);
        }

        nodes.Enqueue(waiter.Node);
    }

    /// <summary>The next one; null when nobody waits.</summary>
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
        if (!_flows.TryDequeue(out var flow))
        {
            return null;
        }

        var nodes = _nodesOfFlow[flow];
        var node = nodes.Dequeue();
        if (nodes.Count > 0)
        {
            _flows.Enqueue(flow);
        }
        else
        {
            _nodesOfFlow.Remove(flow);
        }

        return node;
    }
}

/// <summary>One attachment that wants to go on.</summary>
/// <param name="Name">The attachment.</param>
/// <param name="Node">
/// The instance that it is for: ENIs of one are finished before the next is begun.
/// </param>
/// <param name="Flow">Its NodeENI; flows are served round-robin.</param>
/// <param name="IsBegun">
/// Whether it has an ENI already, which must not lie about for longer than needed.
/// </param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Waiter(string Name, string Node, string Flow, bool IsBegun);
