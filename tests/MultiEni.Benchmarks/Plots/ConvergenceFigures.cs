using MultiEni.VirtualTime;

namespace MultiEni.Benchmarks.Plots;

/// <summary>How a fleet gets its ENIs, against the soonest that EC2's quotas allow.</summary>
internal static class ConvergenceFigures
{
    private const int Points = 200;

    /// <summary>Draws one figure for each size of fleet.</summary>
    public static void Draw(PlotFolder plots, IEnumerable<ConvergenceResult> results)
    {
        // Hardening is what no node waits for, so one case of each quota is enough.
        foreach (
            var size in results.Where(result => !result.Case.WithoutSourceDestCheck).GroupBy(result => (result.Case.Nodes, result.Case.EnisPerNode))
        )
        {
            var (nodes, enis) = size.Key;
            var figure = Figure.Create(
                $"{nodes:#,0} new nodes with {enis} ENIs each",
                "seconds since the controller began to lead",
                "nodes with all of their ENIs"
            );
            foreach (var result in size)
            {
                var quotas = result.Case.Quotas == 1 ? "default quotas" : $"quotas ×{result.Case.Quotas:0.#}";
                Figure.Add(figure, quotas, Ready(result));
                // One entry in the legend stands for all.
                var isFirst = figure.Series.Count == 1;
                Figure.Add(figure, isFirst ? "bound of the quotas" : null, Bound(result.Case), isBound: true);
            }

            plots.Write($"convergence-{nodes}x{enis}", figure);
        }
    }

    private static IEnumerable<(double X, double Y)> Ready(ConvergenceResult result)
    {
        yield return (0, 0);
        var step = Math.Max(1, result.NodeReady.Count / Points);
        for (var node = step; node <= result.NodeReady.Count; node += step)
        {
            yield return (result.NodeReady[node - 1].TotalSeconds, node);
        }
    }

    // What the burst of the bucket allows is there at once, and the refill gives the rest.
    private static IEnumerable<(double X, double Y)> Bound(ConvergenceCase target)
    {
        const double AttachBurst = 50;
        yield return (0, Math.Min(target.Nodes, AttachBurst * target.Quotas / target.EnisPerNode));
        yield return (target.ReadyBound.TotalSeconds, target.Nodes);
    }
}
