namespace MultiEni.Benchmarks.Plots;

/// <summary>What the published controller costs, by the number of nodes.</summary>
internal static class ControllerFigures
{
    /// <summary>Draws memory, durations and requests.</summary>
    public static void Draw(PlotFolder plots, IReadOnlyList<ControllerCost> costs)
    {
        var memory = Figure.Create("Memory of the controller", "nodes with one ENI each", "resident MB");
        Figure.Add(memory, "peak", costs.Select(cost => ((double)cost.Nodes, cost.PeakMegabytes)), withMarkers: true);
        Figure.Add(memory, "before the first ENI", costs.Select(cost => ((double)cost.Nodes, cost.IdleMegabytes)), withMarkers: true);
        plots.Write("controller-memory", memory);

        var largest = costs[^1];
        (string Name, RequestLedger Requests)[] phases = [("attach", largest.Up), ("remove", largest.Down)];
        plots.Write(
            "controller-requests",
            Figure.Bars(
                $"Requests for one ENI, of {largest.Nodes:#,0}",
                "requests",
                [.. phases.Select(phase => phase.Name)],
                [
                    ("EC2, mutating", [largest.Ec2Up.Mutating, largest.Ec2Down.Mutating]),
                    ("EC2, describes", [largest.Ec2Up.Describes, largest.Ec2Down.Describes]),
                    ("API writes", [.. phases.Select(phase => (double)Writes(phase.Requests) / largest.Nodes)]),
                ]
            )
        );
    }

    private static int Writes(RequestLedger requests) =>
        requests.Counts.Where(entry => entry.Key.Verb is "create" or "update" or "patch" or "delete").Sum(entry => entry.Value);
}
