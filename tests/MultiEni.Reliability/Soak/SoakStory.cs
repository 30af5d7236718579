using MultiEni.Reliability.Lab;
using MultiEni.Simulator.Kubernetes.Errors;

namespace MultiEni.Reliability.Soak;

/// <summary>
/// What users, autoscalers, operators and accidents do in one run, drawn from a seed.
/// </summary>
internal sealed class SoakStory(int seed, Cluster cluster, FaultPlan weather, Supervisor supervisor)
{
    private const int Length = 60;
    private readonly Random _dice = new(seed);

    // Dice of their own, so that what happens besides is the same with and without ENI managers.
    private readonly Random _nodeDice = new(~seed);
    private readonly List<string> _nodes = [.. Enumerable.Range(1, 3).Select(number => $"node-{number}")];
    private readonly HashSet<string> _unlabelled = [];
    private readonly Dictionary<string, NodeEniSketch> _wanted = [];

    /// <summary>What was done, in order.</summary>
    public List<string> Deeds { get; } = [];

    /// <summary>The NodeENIs that there must be in the end.</summary>
    public IReadOnlyCollection<NodeEniSketch> Wanted => _wanted.Values;

    /// <summary>Nodes that they select.</summary>
    public int SelectedNodes => _nodes.Count - _unlabelled.Count;

    /// <summary>Does one thing after the other, with pauses.</summary>
    public async Task PlayAsync(CancellationToken cancellationToken)
    {
        Want(new NodeEniSketch("fleet") { Dpdk = cluster.Machines is not null });
        for (var deed = 0; deed < Length; deed++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await Task.Delay(TimeSpan.FromSeconds(2 + _dice.Next(20)), cluster.Time, cancellationToken);
            await supervisor.TendAsync();
            if (cluster.Invariants.Violation is { } violation)
            {
                throw new ReliabilityException(violation);
            }

            await DoSomethingAsync();
            if (cluster.Machines is { } machines)
            {
                await DoSomethingToAsync(machines);
            }
        }

        weather.Paused = null;
        cluster.Ec2.Faults.StaleReads = TimeSpan.Zero;
        foreach (var node in _unlabelled.ToList())
        {
            Label(node);
        }
    }

    private async Task DoSomethingAsync()
    {
        var controller = supervisor.Running[_dice.Next(2)];
        switch (_dice.Next(14))
        {
            case 0 or 1:
                Note($"kill {controller.Name}");
                controller.Kill();
                break;
            case 2:
                Note($"stop {controller.Name}");
                await supervisor.StopAsync(controller);
                break;
            case 3:
                weather.Paused = weather.Paused is null ? controller.Name : null;
                Note($"paused: {weather.Paused ?? "nobody"}");
                break;
            case 4:
                cluster.Ec2.Faults.StaleReads = TimeSpan.FromSeconds(_dice.Next(26));
                Note($"reads are {cluster.Ec2.Faults.StaleReads} behind");
                break;
            case 5:
                Note($"{cluster.Kubernetes.Faults.DropWatches(cut: _dice.Next(2) == 0)} watches dropped");
                break;
            case 6:
                cluster.Kubernetes.Faults.CompactHistory();
                cluster.Kubernetes.Faults.DropWatches();
                Note("watches dropped and history forgotten");
                break;
            case 7:
                ReplaceNode();
                break;
            case 8:
                ToggleLabel();
                break;
            case 9 or 10:
                ChangeSpec();
                break;
            case 11:
                ToggleSecond();
                break;
            case 12:
                Drift();
                break;
            default:
                Recreate();
                break;
        }
    }

    private async Task DoSomethingToAsync(Machines machines)
    {
        var node = _nodes[_nodeDice.Next(_nodes.Count)];
        switch (_nodeDice.Next(10))
        {
            case 0 or 1:
                Note($"kill the ENI manager of {node}");
                machines.Of(node).Manager?.Kill();
                break;
            case 2:
                Note($"stop the ENI manager of {node}");
                await machines.StopManagerAsync(node);
                break;
            case 3 when _nodeDice.Next(3) == 0:
                Note($"reboot {node}");
                await machines.RebootAsync(node);
                cluster.RestartPlugin(node);
                break;
            case 4:
                Note($"the device plugin of {node} is restarted");
                cluster.RestartPlugin(node);
                break;
        }
    }

    private void ReplaceNode()
    {
        var node = _nodes[_dice.Next(_nodes.Count)];
        Note($"terminate {node} and replace it");
        cluster.TerminateNode(node);
        _nodes.Remove(node);
        _unlabelled.Remove(node);

        // Some clusters name a replacement like the machine that went.
        _nodes.Add(cluster.AddNode(_dice.Next(2) == 0 ? node : null).Name);
    }

    private void ToggleLabel()
    {
        var node = _nodes[_dice.Next(_nodes.Count)];
        if (_unlabelled.Contains(node))
        {
            Label(node);
        }
        else
        {
            Note($"take the label of {node} away");
            cluster.Kubernetes.Store.Change("nodes", node, live => live["metadata"]!["labels"]!["ng"] = "none");
            _unlabelled.Add(node);
        }
    }

    private void Label(string node)
    {
        Note($"label {node} again");
        cluster.Kubernetes.Store.Change("nodes", node, live => live["metadata"]!["labels"]!["ng"] = "multi-eni");
        _unlabelled.Remove(node);
    }

    private void ChangeSpec()
    {
        var before = _wanted.Values.ElementAt(_dice.Next(_wanted.Count));
        var after = _dice.Next(6) switch
        {
            0 => before with { Groups = before.Groups.Count == 1 ? [Cluster.Group, Cluster.OtherGroup] : [Cluster.Group] },
            1 => before with { Description = $"changed {_dice.Next(1000)}" },
            2 => before with { Team = $"team-{_dice.Next(1000)}" },
            3 => before with { SourceDestCheck = !before.SourceDestCheck },
            4 => before with { DeleteOnTermination = !before.DeleteOnTermination },
            _ => before with { DeviceIndex = 2 + _dice.Next(3) },
        };
        if (cluster.Machines is not null && _nodeDice.Next(4) == 0)
        {
            after = after with { Dpdk = !after.Dpdk };
        }

        Want(after);
    }

    private void ToggleSecond()
    {
        if (_wanted.Remove("second"))
        {
            Note("delete second");
            cluster.Delete("second");
        }
        else
        {
            Want(
                new NodeEniSketch("second")
                {
                    Subnets = [Cluster.SubnetB],
                    DeviceIndex = 4,
                    Dpdk = cluster.Machines is not null,
                }
            );
        }
    }

    private void Recreate()
    {
        Note("delete fleet and apply it again as soon as it is gone");
        cluster.Delete("fleet");
    }

    private void Drift()
    {
        if (cluster.OurEnis is { Count: > 0 } enis)
        {
            var row = enis[_dice.Next(enis.Count)];
            // It may have gone since it was looked up.
            var isThere = cluster.Ec2.World.TryChange(row.Id, now => now with { SourceDestCheck = !now.SourceDestCheck, Description = "by hand" });
            Note(isThere ? $"somebody changes {row.Id}" : $"somebody is too late to change {row.Id}");
        }
    }

    private void Want(NodeEniSketch nodeEni)
    {
        Note($"apply {nodeEni}");
        _wanted[nodeEni.Name] = nodeEni;
        Reapply(nodeEni);
    }

    /// <summary>Applies what is wanted and not there, or there and not as wanted.</summary>
    public void Persist()
    {
        foreach (var nodeEni in _wanted.Values)
        {
            Reapply(nodeEni);
        }
    }

    private void Reapply(NodeEniSketch nodeEni)
    {
        try
        {
            if (cluster.NodeEni(nodeEni.Name)?.Metadata.DeletionTimestamp is null)
            {
                cluster.Apply(nodeEni);
            }
        }
        catch (StatusException)
        {
            // It vanished in between; the next attempt makes it.
        }
    }

    private void Note(string deed) => Deeds.Add($"{cluster.Time.GetUtcNow():HH:mm:ss} {deed}");
}
